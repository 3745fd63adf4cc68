using Balie.Contracts.Ticketing;
using Balie.Ticketing.Events;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.TicketTypes;

/// <summary>Stops offering a ticket type. Tickets of it stay what they are, and its name becomes free.</summary>
internal static class WithdrawTicketType
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/ticket-types/{ticketTypeId:guid}", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<EventView>> Handle(Guid ticketTypeId, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            var eventId = await tx.One<Guid>(EventOf, new { ticketTypeId }, ct);
            if (eventId == Guid.Empty) return TicketTypeNotFound;
            var edit = await EventEdits.Begin(tx, eventId, ifMatch: null, forCalendars: false, ct);
            if (edit.Value is not { } edited) return edit.Refusal!; // Without a value there is a refusal.
            if (await tx.Run(Withdraw, new { ticketTypeId, tx.Now }, ct) == 0) return TicketTypeWithdrawn;

            await EventHistory.Add(tx, caller, EventHistory.OfTicketType(eventId, ticketTypeId, "withdrawn"), ct);
            tx.Publish(new EventUpdated(eventId, edited.Version, "ticket_type_withdrawn"));
            return await EventView.Now(tx, eventId, ct);
        }, ct);

    private const string EventOf = "select event_id from ticketing.ticket_types where org_id = @orgId and ticket_type_id = @ticketTypeId";

    private const string Withdraw = """
        update ticketing.ticket_types
        set withdrawn_at = @now
        where org_id = @orgId and ticket_type_id = @ticketTypeId and withdrawn_at is null
        """;
}
