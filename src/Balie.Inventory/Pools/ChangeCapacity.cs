using Balie.Contracts.Inventory;
using Balie.Inventory.Folds;
using Balie.Inventory.Sequencing;
using static Balie.Inventory.InventoryRefusals;

namespace Balie.Inventory.Pools;

/// <summary>
/// Changes how many units a pool has. Below what is sold and held this is refused, unless forced. Units are places, not seat numbers, so
/// what lies above a lower capacity moves to free units below it; numbered seats never shrink, Ticketing sees to that.
/// </summary>
internal static class ChangeCapacity
{
    public static async Task<Outcome<PoolView>> Handle(
        Tx tx, Guid poolId, int capacity, bool force, string actor, string reason, CancellationToken ct)
    {
        // Alone: a batch in flight could otherwise put a unit above a capacity that it does not see going down.
        await tx.Run(TakeLock, null, ct);
        if (await tx.One<int?>(LockPool, new { poolId }, ct) is not { } was) return PoolNotFound;

        await tx.Run(DeleteExpired, new { poolId }, ct);
        var live = (int)await tx.One<long>(CountLive, new { poolId }, ct);
        if (capacity < live && !force) return CapacityBelowLive.With("requested", capacity).With("live", live);

        await tx.Run(MoveBelow, new { poolId, capacity }, ct);
        await tx.Run(Update, new { poolId, capacity }, ct);
        await tx.Run(Record,
            new { changeId = tx.NewId(), poolId, tx.Now, actor, reason, was, became = capacity, live, forced = capacity < live }, ct);
        var reload = new Announcement.Line(new PoolKey(tx.OrgId, poolId), Announcement.What.Reload, null, []);
        foreach (var payload in Announcement.Write(Announcement.Everyone, [reload]))
            await tx.Run(Signals.Send, new { channel = Announcement.Channel, payload }, ct);
        return new PoolView(poolId, capacity, Math.Max(0, capacity - live));
    }

    private const string TakeLock = $"select pg_advisory_xact_lock({Batch.CapacityLock})";

    private const string LockPool = "select capacity from inventory.pools where org_id = @orgId and pool_id = @poolId for update";

    private const string DeleteExpired = """
        delete from inventory.claims
        where org_id = @orgId and pool_id = @poolId and expires_at < clock_timestamp()
        """;

    private const string CountLive = "select count(*) from inventory.claims where org_id = @orgId and pool_id = @poolId";

    private const string MoveBelow = """
        with above as (
            select unit, row_number() over (order by unit) as place
            from inventory.claims
            where org_id = @orgId and pool_id = @poolId and unit > @capacity
        ), free as (
            select unit, row_number() over (order by unit) as place
            from generate_series(1, @capacity) as unit
            where not exists (select from inventory.claims where org_id = @orgId and pool_id = @poolId and claims.unit = unit.unit)
            and exists (select from above)
        )
        update inventory.claims
        set unit = free.unit
        from above
        join free using (place)
        where claims.org_id = @orgId and claims.pool_id = @poolId and claims.unit = above.unit
        """;

    private const string Update = "update inventory.pools set capacity = @capacity where org_id = @orgId and pool_id = @poolId";

    private const string Record = """
        insert into inventory.capacity_changes (org_id, change_id, pool_id, changed_at, actor, reason, was, became, live, forced)
        values (@orgId, @changeId, @poolId, @now, @actor, @reason, @was, @became, @live, @forced)
        """;
}
