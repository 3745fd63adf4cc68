using Balie.Inventory.Folds;
using Npgsql;

namespace Balie.Inventory.Sequencing;

/// <summary>What the database said of one pool; no capacity when there is no such pool.</summary>
internal sealed record LoadedPool(int? Capacity, List<UnitRange> Ranges);

/// <summary>
/// Reads the live claims of many pools at once, as ranges of neighbouring units, so that a pool of 200,000 sold places is a few rows.
/// </summary>
internal static class Loader
{
    private const int CommandTimeoutSeconds = 30;

    public static async Task<(DateTime DatabaseTime, Dictionary<PoolKey, LoadedPool> Pools)> Load(
        NpgsqlDataSource system, IReadOnlyList<PoolKey> keys, CancellationToken ct)
    {
        await using var connection = await system.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection) { Timeout = CommandTimeoutSeconds };
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select set_config('statement_timeout', '{CommandTimeoutSeconds}s', true), clock_timestamp()"));
        batch.BatchCommands.Add(Over(SelectCapacities, keys));
        batch.BatchCommands.Add(Over(SelectRanges, keys));
        await using var reader = await batch.ExecuteReaderAsync(ct);

        await reader.ReadAsync(ct);
        var time = reader.GetDateTime(1);
        var pools = keys.Distinct().ToDictionary(key => key, _ => new LoadedPool(null, []));
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var key = new PoolKey(reader.GetGuid(0), reader.GetGuid(1));
            pools[key] = pools[key] with { Capacity = reader.GetInt32(2) };
        }
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var key = new PoolKey(reader.GetGuid(0), reader.GetGuid(1));
            var expires = reader.IsDBNull(4) ? (long?)null : reader.GetDateTime(4).Ticks;
            pools[key].Ranges.Add(new UnitRange(reader.GetInt32(2), reader.GetInt32(3), expires));
        }
        return (time, pools);
    }

    private static NpgsqlBatchCommand Over(string sql, IReadOnlyList<PoolKey> keys) => new(sql)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid[]>("org", keys.Select(key => key.OrgId).ToArray()),
            new NpgsqlParameter<Guid[]>("pool", keys.Select(key => key.PoolId).ToArray()),
        },
    };

    private const string SelectCapacities = """
        select pools.org_id, pools.pool_id, pools.capacity
        from unnest(@org, @pool) as asked (org_id, pool_id)
        join inventory.pools using (org_id, pool_id)
        """;

    private const string SelectRanges = """
        select org_id, pool_id, min(unit), max(unit), expires_at
        from (
            select claims.org_id, claims.pool_id, claims.unit, claims.expires_at,
                claims.unit - row_number() over (
                    partition by claims.org_id, claims.pool_id, claims.expires_at order by claims.unit) as island
            from unnest(@org, @pool) as asked (org_id, pool_id)
            join inventory.claims using (org_id, pool_id)
            where claims.expires_at is null or claims.expires_at >= clock_timestamp()
        ) as live
        group by org_id, pool_id, expires_at, island
        """;
}
