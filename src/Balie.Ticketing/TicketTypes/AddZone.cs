using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Events;
using Balie.Ticketing.Slots;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.TicketTypes;

/// <summary>Adds a zone to an event, and its pool to every slot.</summary>
internal static class AddZone
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/events/{eventId:guid}/zones", Handle).Needs(Permission.EventsWrite).Creates();

    public static Task<Outcome<Zone>> Handle(
        Guid eventId, ZoneDetails body, Caller caller, IInventory inventory, Db db, CancellationToken ct) =>
        db.Transact<Zone>(async tx =>
        {
            var found = new Findings();
            body.Check(found, "");
            if (found.Refusal is { } wrong) return wrong;
            var edit = await EventEdits.Begin(tx, eventId, ifMatch: null, forCalendars: false, ct);
            if (edit.Value is not { } edited) return edit.Refusal!; // Without a value there is a refusal.
            var added = await ZoneRows.Add(tx, edited, body, "", ct);
            if (added.Value is not { } zone) return added;
            if ((await ZoneRows.Of(tx, eventId, ct)).Length > ZoneDetails.MostPerEvent) return TooManyZones;
            if (await SlotPools.Complete(tx, inventory, eventId, ct) is { } tooMany) return tooMany;

            await EventHistory.Add(tx, caller, EventHistory.OfZone(eventId, zone.Id, "added") with { Detail = zone }, ct);
            tx.Publish(new EventUpdated(eventId, edited.Version, "zone_added"));
            return zone;
        }, ct);
}
