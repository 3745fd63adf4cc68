using Balie.Contracts.Ticketing;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Events;

/// <summary>Opens the sale of a published event that has something to sell: a ticket type, and a slot still to come.</summary>
internal static class OpenSale
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/events/{eventId:guid}/sale", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<EventView>> Handle(Guid eventId, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            var moved = await EventMoves.Take(tx, caller, eventId, EventStates.OpenSale, "", ct);
            if (moved.Refusal is { } refusal) return refusal;
            if (!await tx.One<bool>(HasSomethingToSell, new { eventId, tx.Now }, ct)) return EventHasNothingToSell;

            tx.Publish(new EventSaleOpened(eventId));
            return await EventView.Now(tx, eventId, ct);
        }, ct);

    private const string HasSomethingToSell = """
        select exists (
                select from ticketing.slots
                where org_id = @orgId and event_id = @eventId and status = 'scheduled' and starts_at > @now)
            and exists (
                select from ticketing.ticket_types
                where org_id = @orgId and event_id = @eventId and withdrawn_at is null)
        """;
}
