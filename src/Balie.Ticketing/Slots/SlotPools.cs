using Balie.Contracts.Inventory;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Slots;

/// <summary>
/// Sees to it that every slot to come has a pool for each zone and for each ticket type with a cap. Asked after slots, zones or ticket
/// types were added, it makes what is missing.
/// </summary>
internal static class SlotPools
{
    private const int MostAtOnce = 20_000;

    // A capacity changes alone, while every booking waits; this many take well under a second.
    private const int MostResized = 200;

    public static async Task<Refusal?> Complete(Tx tx, IInventory inventory, Guid eventId, CancellationToken ct)
    {
        var missing = await tx.Many<Missing>(SelectMissing, new { eventId, take = MostAtOnce + 1 }, ct);
        if (missing.Length == 0) return null;
        if (missing.Length > MostAtOnce) return TooManySlots.With("mostPools", MostAtOnce);

        var poolIds = missing.Select(_ => tx.NewId()).ToArray();
        await inventory.CreatePools(tx, [.. missing.Select((pool, i) => (poolIds[i], pool.Capacity))], ct);
        await tx.Run(Insert, new
        {
            poolIds,
            slotIds = missing.Select(pool => pool.SlotId).ToArray(),
            zoneIds = missing.Select(pool => pool.ZoneId).ToArray(),
            ticketTypeIds = missing.Select(pool => pool.TicketTypeId).ToArray(),
        }, ct);
        return null;
    }

    /// <summary>Gives the pools of one zone or ticket type another capacity, in every slot that has not begun.</summary>
    /// <returns>Inventory's refusal when one of them has more held and sold than that.</returns>
    public static async Task<Refusal?> Resize(Tx tx, IInventory inventory, Guid partId, int capacity, Caller caller, CancellationToken ct)
    {
        var poolIds = await tx.Many<Guid>(SelectToCome, new { partId, tx.Now, take = MostResized + 1 }, ct);
        if (poolIds.Length > MostResized) return TooManySlotsToResize.With("most", MostResized);
        foreach (var poolId in poolIds)
        {
            var resized = await inventory.ChangeCapacity(tx, poolId, capacity, force: false, caller.Actor, "", ct);
            if (resized.Refusal is { } refusal) return refusal;
        }
        return null;
    }

    /// <summary>Forgets the pools of a zone or ticket type from before the sale; nothing was ever claimed from them.</summary>
    public static Task<int> Forget(Tx tx, Guid partId, CancellationToken ct) => tx.Run(DeleteOf, new { partId }, ct);

    private sealed record Missing(Guid SlotId, Guid? ZoneId, Guid? TicketTypeId, int Capacity);

    private const string SelectMissing = """
        select slot.slot_id, part.zone_id, part.ticket_type_id, part.capacity
        from ticketing.slots as slot
        join (
            select org_id, event_id, zone_id, null::uuid as ticket_type_id, capacity
            from ticketing.zones
            union all
            select org_id, event_id, null, ticket_type_id, cap
            from ticketing.ticket_types
            where cap is not null and withdrawn_at is null
        ) as part using (org_id, event_id)
        where slot.org_id = @orgId and slot.event_id = @eventId and slot.status = 'scheduled'
          and not exists (
              select from ticketing.slot_pools
              where org_id = slot.org_id and slot_id = slot.slot_id
                and (zone_id = part.zone_id or ticket_type_id = part.ticket_type_id))
        limit @take
        """;

    private const string Insert = """
        insert into ticketing.slot_pools (org_id, pool_id, slot_id, zone_id, ticket_type_id, kind)
        select @orgId, pool.*, case when pool.zone_id is null then 'type' else 'zone' end
        from unnest(@poolIds, @slotIds, @zoneIds::uuid[], @ticketTypeIds::uuid[]) as pool(pool_id, slot_id, zone_id, ticket_type_id)
        """;

    private const string SelectToCome = """
        select pool.pool_id
        from ticketing.slot_pools as pool
        join ticketing.slots as slot using (org_id, slot_id)
        where pool.org_id = @orgId and @partId in (pool.zone_id, pool.ticket_type_id)
          and slot.status = 'scheduled' and slot.starts_at > @now
        order by pool.pool_id
        limit @take
        """;

    private const string DeleteOf = "delete from ticketing.slot_pools where org_id = @orgId and @partId in (zone_id, ticket_type_id)";
}
