using Balie.Contracts.Inventory;
using Balie.Ticketing.Events;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Slots;

/// <summary>
/// Makes the slots of a plan with their pools, all in the transaction of whoever asks: a new event, or one that gets more dates.
/// </summary>
internal static class NewSlots
{
    /// <summary>Over all requests. Beyond it an organiser is better off with another event.</summary>
    private const int MostPerEvent = 10_000;

    /// <param name="path">Where the plan stands in the body.</param>
    public static async Task<Outcome<SlotRow[]>> Add(
        Tx tx, IInventory inventory, EditedEvent parent, SlotPlan plan, string path, CancellationToken ct)
    {
        var dates = plan.Expand();
        if (dates.Count == 0) return KernelRefusals.Invalid.At($"{path}recurrence", "No date of that period fits.");
        if (dates.Count > SlotPlan.MostSlots) return TooManySlots.With("most", SlotPlan.MostSlots);
        var there = await tx.One<There>(SelectThere, new { parent.EventId, starts = dates.Select(date => date.StartsLocal).ToArray() }, ct);
        // The query has no from, so it always has one row.
        if (there!.Slots + dates.Count > MostPerEvent) return TooManySlots.With("most", MostPerEvent);
        if (there.Clashes > 0) return SlotExists;

        var capacity = await CapacityOf(tx, parent, plan, path, ct);
        if (!capacity.Ok) return capacity.Refusal!; // Not ok means that there is a refusal.

        var slots = dates.Select(date => NewRow(tx, parent, date)).ToArray();
        await tx.Run(Insert, new
        {
            parent.EventId,
            parent.Zone,
            ids = slots.Select(slot => slot.SlotId).ToArray(),
            startsLocal = dates.Select(date => date.StartsLocal).ToArray(),
            endsLocal = dates.Select(date => date.EndsLocal).ToArray(),
            startsAt = slots.Select(slot => slot.StartsAt).ToArray(),
            endsAt = slots.Select(slot => slot.EndsAt).ToArray(),
        }, ct);
        await inventory.CreatePools(tx, [.. slots.Select(slot => (slot.SlotId, capacity.Value))], ct);
        return await SlotPools.Complete(tx, inventory, parent.EventId, ct) is { } refusal ? refusal : slots;
    }

    private static SlotRow NewRow(Tx tx, EditedEvent parent, SlotDate date)
    {
        var (startsAt, endsAt) = LocalTimes.Moments(date.StartsLocal, date.EndsLocal, parent.Zone);
        return new SlotRow(tx.NewId(), parent.EventId, startsAt, endsAt, parent.Zone, "scheduled", null, 1);
    }

    /// <summary>Seats decide where there are seats; otherwise what was asked for, or what the zones hold together.</summary>
    private static async Task<Outcome<int>> CapacityOf(Tx tx, EditedEvent parent, SlotPlan plan, string path, CancellationToken ct)
    {
        if (parent.SeatingPlanId is { } seatingPlanId)
        {
            if (plan.Capacity is not null) return CapacityOfSeats.At($"{path}capacity");
            return (int)await tx.One<long>(CountSeats, new { seatingPlanId }, ct);
        }
        if (plan.Capacity is { } asked) return asked;
        return await tx.One<long?>(SumOfZones, new { parent.EventId }, ct) is { } sum and <= int.MaxValue
            ? (int)sum
            : KernelRefusals.Invalid.At($"{path}capacity", "Say how many places a slot has: there is neither a seating plan nor a zone.");
    }

    private sealed record There(long Slots, long Clashes);

    private const string SelectThere = """
        select
            (select count(*) from ticketing.slots where org_id = @orgId and event_id = @eventId) as slots,
            (select count(*) from ticketing.slots
             where org_id = @orgId and event_id = @eventId and status = 'scheduled' and starts_local = any(@starts)) as clashes
        """;

    private const string CountSeats = "select count(*) from ticketing.seats where org_id = @orgId and seating_plan_id = @seatingPlanId";

    private const string SumOfZones = "select sum(capacity) from ticketing.zones where org_id = @orgId and event_id = @eventId";

    private const string Insert = """
        with made as (
            insert into ticketing.slots (org_id, event_id, zone, slot_id, starts_local, ends_local, starts_at, ends_at)
            select @orgId, @eventId, @zone, slot.*
            from unnest(@ids, @startsLocal::timestamp[], @endsLocal::timestamp[], @startsAt::timestamptz[], @endsAt::timestamptz[]) as slot
            returning org_id, slot_id
        )
        insert into ticketing.slot_pools (org_id, slot_id, pool_id, kind)
        select org_id, slot_id, slot_id, 'slot'
        from made
        """;
}
