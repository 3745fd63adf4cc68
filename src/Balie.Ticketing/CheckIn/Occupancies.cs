using System.Collections.Concurrent;
using System.Diagnostics;
using Balie.Contracts.Inventory;
using Balie.Ticketing.Offers;

namespace Balie.Ticketing.CheckIn;

/// <summary>Who is inside, by slot and zone: the sum of what happened at the doors.</summary>
internal sealed record Occupancy(Guid EventId, DateTimeOffset AsOf, IReadOnlyList<SlotOccupancy> Slots);

/// <param name="Expected">Tickets that can be used.</param>
/// <param name="In">How often somebody went in.</param>
internal sealed record SlotOccupancy(
    Guid SlotId, DateTimeOffset StartsAt, int Capacity, int Expected, int In, int Out, int Inside, IReadOnlyList<ZoneOccupancy> Zones);

/// <param name="ZoneId">Null for tickets without a zone.</param>
/// <param name="Capacity">The zone's own; null where it has none.</param>
internal sealed record ZoneOccupancy(Guid? ZoneId, string? Name, int? Capacity, int Expected, int In, int Out, int Inside);

/// <summary>Counts at most twice a second per event, however many screens show it.</summary>
internal sealed class Occupancies(SystemDb db, IInventory inventory)
{
    private const int MostEntries = 5_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);

    private sealed record Entry(StoredAnswer Answer, long MadeAt);

    private sealed record Count(Guid SlotId, Guid? ZoneId, int Expected, int Ins, int Outs, int Inside);

    private readonly ConcurrentDictionary<(Guid OrgId, Guid EventId), Entry> _entries = new();

    public ValueTask<StoredAnswer> Of(Guid orgId, EventOffer offer, CancellationToken ct) =>
        _entries.TryGetValue((orgId, offer.EventId), out var entry) && Stopwatch.GetElapsedTime(entry.MadeAt) < Fresh
            ? ValueTask.FromResult(entry.Answer)
            : new(Make(orgId, offer, ct));

    private async Task<StoredAnswer> Make(Guid orgId, EventOffer offer, CancellationToken ct)
    {
        var madeAt = Stopwatch.GetTimestamp();
        var scope = db.As(orgId);
        var counts = (await scope.Many<Count>(Select, new { offer.EventId }, ct)).ToLookup(count => count.SlotId);
        var poolIds = offer.Slots.SelectMany(slot => (Guid[])[slot.SlotId, .. slot.ZonePools.Values]).ToArray();
        var pools = (await inventory.See(orgId, poolIds, ct)).ToDictionary(pool => pool.PoolId, pool => pool.Capacity);
        var answer = StoredAnswer.Of(
            new Occupancy(
                offer.EventId, scope.Now, [.. offer.Slots.Select(slot => See(slot, offer, pools, [.. counts[slot.SlotId]]))]), 200);
        if (_entries.Count >= MostEntries) _entries.Clear();
        _entries[(orgId, offer.EventId)] = new Entry(answer, madeAt);
        return answer;
    }

    private static SlotOccupancy See(SlotOffer slot, EventOffer offer, Dictionary<Guid, int> pools, Count[] counts) => new(
        slot.SlotId, slot.StartsAt, pools.GetValueOrDefault(slot.SlotId), counts.Sum(count => count.Expected),
        counts.Sum(count => count.Ins), counts.Sum(count => count.Outs), counts.Sum(count => count.Inside),
        [
            .. from count in counts
               let pool = count.ZoneId is { } zoneId && slot.ZonePools.TryGetValue(zoneId, out var poolId) ? poolId : (Guid?)null
               select new ZoneOccupancy(
                   count.ZoneId, count.ZoneId is { } zone ? offer.Doors.ZoneNames.GetValueOrDefault(zone) : null,
                   pool is { } known && pools.TryGetValue(known, out var capacity) ? capacity : null,
                   count.Expected, count.Ins, count.Outs, count.Inside),
        ]);

    private const string Select = """
        select ticket.slot_id, ticket.zone_id,
            count(*) filter (where ticket.status in ('issued', 'checked_in', 'transferred'))::integer as expected,
            coalesce(sum(entry.ins), 0)::integer as ins, coalesce(sum(entry.outs), 0)::integer as outs,
            coalesce(sum(greatest(entry.ins - entry.outs, 0)), 0)::integer as inside
        from ticketing.slots as slot
        join ticketing.tickets as ticket using (org_id, slot_id)
        left join ticketing.entries as entry using (org_id, ticket_id)
        where slot.org_id = @orgId and slot.event_id = @eventId
        group by ticket.slot_id, ticket.zone_id
        order by ticket.slot_id, ticket.zone_id
        """;
}
