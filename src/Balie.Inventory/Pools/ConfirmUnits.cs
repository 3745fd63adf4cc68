using Balie.Contracts.Inventory;
using Balie.Inventory.Folds;
using Balie.Inventory.Sequencing;

namespace Balie.Inventory.Pools;

/// <summary>
/// Makes held units sold. A hold that lapsed but that nobody took is simply kept; what somebody else has meanwhile is replaced by other
/// units, except where the unit itself was chosen. When a demand cannot be met, the holder keeps nothing and must get the money back.
/// </summary>
internal static class ConfirmUnits
{
    private const int Tries = 3;

    public static async Task<bool> Handle(Tx tx, Guid holder, IReadOnlyList<Demand> demands, CancellationToken ct)
    {
        var (_, kept) = await tx.Both<string, HeldUnit>(ShareLockAndKeep, new { holder }, ct);
        var sold = kept.ToList();
        foreach (var pool in demands.GroupBy(demand => demand.PoolId))
        {
            if (await TakeMissing(tx, holder, pool.Key, [.. pool], sold, ct)) continue;
            await ReleaseUnits.Handle(tx, holder, ct);
            return false;
        }
        HeldUnit.Announce(tx, sold, Announcement.What.Taken);
        return true;
    }

    private static async Task<bool> TakeMissing(
        Tx tx, Guid holder, Guid poolId, Demand[] demands, List<HeldUnit> sold, CancellationToken ct)
    {
        var wanted = demands.Sum(demand => demand.Units?.Count ?? demand.Quantity);
        var chosen = demands.SelectMany(demand => demand.Units ?? []).ToArray();
        for (var tried = 0; tried < Tries; tried++)
        {
            var has = sold.Where(unit => unit.PoolId == poolId).Select(unit => unit.Unit).ToHashSet();
            if (has.Count >= wanted) return true;
            var candidates = chosen.Length > 0 ? chosen.Where(unit => !has.Contains(unit)).ToArray() : null;
            sold.AddRange(await tx.Many<HeldUnit>(TakeFree, new { holder, poolId, candidates, count = wanted - has.Count }, ct));
        }
        return sold.Count(unit => unit.PoolId == poolId) >= wanted;
    }

    private const string ShareLockAndKeep = $"""
        select pg_advisory_xact_lock_shared({Batch.CapacityLock})::text;

        update inventory.claims
        set expires_at = null
        where org_id = @orgId and holder = @holder
        returning pool_id, unit
        """;

    private const string TakeFree = """
        insert into inventory.claims (org_id, pool_id, unit, holder, expires_at)
        select @orgId, @poolId, free.unit, @holder, null
        from (
            select series.unit
            from inventory.pools
            cross join generate_series(1, pools.capacity) as series (unit)
            where pools.org_id = @orgId and pools.pool_id = @poolId
            and (@candidates::integer[] is null or series.unit = any (@candidates))
            and not exists (
                select from inventory.claims
                where claims.org_id = @orgId and claims.pool_id = @poolId and claims.unit = series.unit
                and (claims.expires_at is null or claims.expires_at >= clock_timestamp())
            )
            order by series.unit
            limit @count
        ) as free
        on conflict (org_id, pool_id, unit) do update
        set holder = excluded.holder, expires_at = null
        where claims.expires_at < clock_timestamp()
        returning pool_id, unit
        """;
}
