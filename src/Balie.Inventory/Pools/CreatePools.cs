namespace Balie.Inventory.Pools;

/// <summary>
/// Makes pools in the transaction of whoever needs them. One that exists is left as it is, so a second run changes nothing.
/// </summary>
internal static class CreatePools
{
    public static Task Handle(Tx tx, IReadOnlyList<(Guid PoolId, int Capacity)> pools, CancellationToken ct) =>
        tx.Run(Insert,
            new { poolIds = pools.Select(pool => pool.PoolId).ToArray(), capacities = pools.Select(pool => pool.Capacity).ToArray() }, ct);

    private const string Insert = """
        insert into inventory.pools (org_id, pool_id, capacity)
        select @orgId, pool_id, capacity
        from unnest(@poolIds, @capacities) as wanted (pool_id, capacity)
        on conflict do nothing
        """;
}
