using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Events;
using Balie.Ticketing.TicketTypes;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Slots;

/// <summary>
/// Sets how many places a slot has, or one zone or ticket type within it. Inventory refuses less than what is held and sold, unless it is
/// forced by someone who may, with a reason.
/// </summary>
internal static class ChangeCapacity
{
    public sealed record NewCapacity(int Capacity, bool Force = false, string Reason = "")
    {
        public Refusal? Wrong()
        {
            var found = new Findings();
            found.Range("capacity", Capacity, 0, ZoneDetails.LargestCapacity);
            found.Text("reason", Reason, EventMoves.LongestReason);
            found.Expect(!Force || !string.IsNullOrWhiteSpace(Reason), "reason", "Say why this is forced.");
            return found.Refusal;
        }
    }

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPut("/slots/{slotId:guid}/capacity", (
            Guid slotId, NewCapacity body, Caller caller, IInventory inventory, Db db, CancellationToken ct) =>
            Handle(slotId, null, body, caller, inventory, db, ct)).Needs(Permission.EventsWrite);
        api.MapPut("/slots/{slotId:guid}/zones/{zoneId:guid}/capacity", (
            Guid slotId, Guid zoneId, NewCapacity body, Caller caller, IInventory inventory, Db db, CancellationToken ct) =>
            Handle(slotId, zoneId, body, caller, inventory, db, ct)).Needs(Permission.EventsWrite);
        api.MapPut("/slots/{slotId:guid}/ticket-types/{ticketTypeId:guid}/capacity", (
            Guid slotId, Guid ticketTypeId, NewCapacity body, Caller caller, IInventory inventory, Db db, CancellationToken ct) =>
            Handle(slotId, ticketTypeId, body, caller, inventory, db, ct)).Needs(Permission.EventsWrite);
    }

    /// <param name="partId">The zone or ticket type within the slot; null for the slot itself.</param>
    public static Task<Outcome<PoolView>> Handle(
        Guid slotId, Guid? partId, NewCapacity body, Caller caller, IInventory inventory, Db db, CancellationToken ct) =>
        db.Transact<PoolView>(async tx =>
        {
            if (body.Wrong() is { } wrong) return wrong;
            if (body.Force && !caller.May(Permission.CapacityForce)) return KernelRefusals.Forbidden;
            var pool = await tx.One<Pool>(SelectPool, new { slotId, partId }, ct);
            if (pool is null) return SlotNotFound;
            if (pool.Status != "scheduled") return SlotIsCancelled;
            var edit = await EventEdits.Begin(tx, pool.EventId, ifMatch: null, forCalendars: false, ct);
            if (edit.Value is not { } edited) return edit.Refusal!; // Without a value there is a refusal.
            if (partId is null && edited.SeatingPlanId is not null) return CapacityOfSeats;

            var changed = await inventory.ChangeCapacity(tx, pool.PoolId, body.Capacity, body.Force, caller.Actor, body.Reason, ct);
            if (!changed.Ok) return changed;
            var detail = new { pool.PoolId, body.Capacity, body.Force };
            var entry = EventHistory.OfSlot(pool.EventId, slotId, "capacity_changed") with { Reason = body.Reason, Detail = detail };
            await EventHistory.Add(tx, caller, entry, ct);
            tx.Publish(new EventUpdated(pool.EventId, edited.Version, "capacity_changed"));
            return changed;
        }, ct);

    private sealed record Pool(Guid PoolId, Guid EventId, string Status);

    private const string SelectPool = """
        select pool.pool_id, slot.event_id, slot.status
        from ticketing.slot_pools as pool
        join ticketing.slots as slot using (org_id, slot_id)
        where pool.org_id = @orgId and pool.slot_id = @slotId
          and (pool.zone_id = @partId or pool.ticket_type_id = @partId or (@partId::uuid is null and pool.kind = 'slot'))
        """;
}
