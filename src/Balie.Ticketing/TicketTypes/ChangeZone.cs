using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Events;
using Balie.Ticketing.Slots;
using Npgsql;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.TicketTypes;

/// <summary>
/// Renames a zone, or gives it another capacity in every slot that has not begun. Its sections stay: tickets for them are out.
/// </summary>
internal static class ChangeZone
{
    public sealed record NewZone(string Name, int Capacity);

    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/zones/{zoneId:guid}", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<EventView>> Handle(
        Guid zoneId, NewZone body, IfMatch ifMatch, Caller caller, IInventory inventory, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            var found = new Findings();
            new ZoneDetails(body.Name, body.Capacity).Check(found, "");
            if (found.Refusal is { } wrong) return wrong;
            if (await tx.One<Before>(Select, new { zoneId }, ct) is not { } before) return ZoneNotFound;
            var edit = await EventEdits.Begin(tx, before.EventId, ifMatch, forCalendars: false, ct);
            if (edit.Value is not { } edited) return edit.Refusal!; // Without a value there is a refusal.
            if (before.Seats is { } seats && body.Capacity > seats)
                return KernelRefusals.Invalid.At("capacity", "The sections have fewer seats than that.");

            try { await tx.Run(Update, new { zoneId, body.Name, body.Capacity }, ct); }
            catch (PostgresException taken) when (taken.ConstraintName == "zones_name_unique") { return ZoneNameTaken; }
            if (await SlotPools.Resize(tx, inventory, zoneId, body.Capacity, caller, ct) is { } refusal) return refusal;

            await EventHistory.Add(tx, caller, EventHistory.OfZone(before.EventId, zoneId, "changed") with { Detail = body }, ct);
            tx.Publish(new EventUpdated(before.EventId, edited.Version, "zone_changed"));
            return await EventView.Now(tx, before.EventId, ct);
        }, ct);

    private sealed record Before(Guid EventId, long? Seats);

    private const string Select = """
        select zone.event_id, case when zone.sections is not null then (
            select count(*)
            from ticketing.seats
            where org_id = zone.org_id and seating_plan_id = event.seating_plan_id and section = any(zone.sections)) end as seats
        from ticketing.zones as zone
        join ticketing.events as event using (org_id, event_id)
        where zone.org_id = @orgId and zone.zone_id = @zoneId
        """;

    private const string Update = """
        update ticketing.zones
        set name = @name, capacity = @capacity
        where org_id = @orgId and zone_id = @zoneId
        """;
}
