using Balie.Contracts.Ticketing;
using Balie.Ticketing.Events;
using Balie.Ticketing.Slots;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.TicketTypes;

/// <summary>Takes a zone away that no ticket type ever belonged to; withdrawn ones count, because there may be tickets of them.</summary>
internal static class RemoveZone
{
    public static void Map(IEndpointRouteBuilder api) => api.MapDelete("/zones/{zoneId:guid}", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<EventView>> Handle(Guid zoneId, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            var eventId = await tx.One<Guid>(EventOf, new { zoneId }, ct);
            if (eventId == Guid.Empty) return ZoneNotFound;
            var edit = await EventEdits.Begin(tx, eventId, ifMatch: null, forCalendars: false, ct);
            if (edit.Value is not { } edited) return edit.Refusal!; // Without a value there is a refusal.
            if (await tx.One<bool>(IsUsed, new { zoneId }, ct)) return ZoneInUse;

            await SlotPools.Forget(tx, zoneId, ct);
            if (await tx.Run(Delete, new { zoneId }, ct) == 0) return ZoneNotFound;
            await EventHistory.Add(tx, caller, EventHistory.OfZone(eventId, zoneId, "removed"), ct);
            tx.Publish(new EventUpdated(eventId, edited.Version, "zone_removed"));
            return await EventView.Now(tx, eventId, ct);
        }, ct);

    private const string EventOf = "select event_id from ticketing.zones where org_id = @orgId and zone_id = @zoneId";

    private const string IsUsed = "select exists (select from ticketing.ticket_types where org_id = @orgId and zone_id = @zoneId)";

    private const string Delete = "delete from ticketing.zones where org_id = @orgId and zone_id = @zoneId";
}
