using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Events;
using Balie.Ticketing.Slots;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.TicketTypes;

/// <summary>Offers another ticket type; one with a cap gets a pool of its own in every slot.</summary>
internal static class AddTicketType
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/events/{eventId:guid}/ticket-types", Handle).Needs(Permission.EventsWrite).Creates();

    public static Task<Outcome<TicketType>> Handle(
        Guid eventId, TicketTypeDetails body, Caller caller, IInventory inventory, Db db, CancellationToken ct) =>
        db.Transact<TicketType>(async tx =>
        {
            var edit = await EventEdits.Begin(tx, eventId, ifMatch: null, forCalendars: false, ct);
            if (edit.Value is not { } edited) return edit.Refusal!; // Without a value there is a refusal.
            var found = new Findings();
            body.Check(found, "", edited.Currency);
            if (found.Refusal is { } wrong) return wrong;
            var added = await TicketTypeRows.Add(tx, edited, body, "", ct);
            if (added.Value is not { } type) return added;
            if ((await TicketTypeRows.Of(tx, eventId, ct)).Length > TicketTypeDetails.MostPerEvent) return TooManyTicketTypes;
            if (await SlotPools.Complete(tx, inventory, eventId, ct) is { } tooMany) return tooMany;

            await EventHistory.Add(tx, caller, EventHistory.OfTicketType(eventId, type.Id, "added") with { Detail = type }, ct);
            tx.Publish(new EventUpdated(eventId, edited.Version, "ticket_type_added"));
            return type;
        }, ct);
}
