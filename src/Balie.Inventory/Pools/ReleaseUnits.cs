using Balie.Contracts.Inventory;
using Balie.Inventory.Folds;

namespace Balie.Inventory.Pools;

/// <summary>
/// Frees what a holder has, in the transaction that records why. A second release finds nothing: units never come free twice.
/// </summary>
internal static class ReleaseUnits
{
    public static async Task<int> Handle(Tx tx, Guid holder, CancellationToken ct)
    {
        var freed = await tx.Many<HeldUnit>(Delete, new { holder }, ct);
        HeldUnit.Announce(tx, freed, Announcement.What.Freed);
        return freed.Length;
    }

    public static async Task<int> Part(Tx tx, Guid holder, IReadOnlyList<Demand> part, int elsewhere, CancellationToken ct)
    {
        var named = part.Where(demand => demand.Units is not null)
            .SelectMany(demand => (demand.Units ?? []).Select(unit => (demand.PoolId, Unit: unit))).ToArray();
        var anyOf = part.Where(demand => demand.Units is null).GroupBy(demand => demand.PoolId).ToArray();
        var freed = await tx.Many<HeldUnit>(DeletePart, new
        {
            holder,
            elsewhere,
            namedPools = named.Select(unit => unit.PoolId).ToArray(),
            namedUnits = named.Select(unit => unit.Unit).ToArray(),
            anyPools = anyOf.Select(pool => pool.Key).ToArray(),
            anyCounts = anyOf.Select(pool => pool.Sum(demand => demand.Quantity)).ToArray(),
        }, ct);
        HeldUnit.Announce(tx, freed, Announcement.What.Freed);
        return freed.Length;
    }

    private const string DeletePart = """
        with held as (
            select pool_id, unit, row_number() over (partition by pool_id order by unit desc) as place
            from inventory.claims
            where org_id = @orgId and holder = @holder
        ), freed as (
            select pool_id, unit from unnest(@namedPools, @namedUnits) as named (pool_id, unit)
            union all
            select pool_id, unit
            from held
            left join unnest(@anyPools, @anyCounts) as asked (pool_id, quantity) using (pool_id)
            where pool_id <> all (@namedPools) and place <= coalesce(quantity, @elsewhere)
        )
        delete from inventory.claims
        using freed
        where claims.org_id = @orgId and claims.holder = @holder and claims.pool_id = freed.pool_id and claims.unit = freed.unit
        returning claims.pool_id, claims.unit
        """;

    private const string Delete = """
        delete from inventory.claims
        where org_id = @orgId and holder = @holder
        returning pool_id, unit
        """;
}

/// <summary>One unit that a transaction beside the sequencer touched.</summary>
internal sealed record HeldUnit(Guid PoolId, int Unit)
{
    /// <summary>Tells the folds of all processes, when and if the transaction commits.</summary>
    public static void Announce(
        Tx tx, IReadOnlyList<HeldUnit> units, Announcement.What what, DateTimeOffset? until = null)
    {
        var lines = units.GroupBy(unit => unit.PoolId).Select(pool => new Announcement.Line(
            new PoolKey(tx.OrgId, pool.Key), what, until?.UtcTicks, Announcement.Ranges([.. pool.Select(unit => unit.Unit)])));
        foreach (var payload in Announcement.Write(Announcement.Everyone, lines))
            tx.Signal(Announcement.Channel, payload);
    }
}
