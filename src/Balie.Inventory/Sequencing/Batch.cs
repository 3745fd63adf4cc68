using Balie.Inventory.Folds;
using Npgsql;
using NpgsqlTypes;

namespace Balie.Inventory.Sequencing;

/// <summary>A unit that somebody else already had.</summary>
internal readonly record struct LostUnit(int Request, Guid PoolId, int Unit);

/// <summary>How a batch ended in the database.</summary>
internal sealed record BatchResult(DateTime DatabaseTime, List<LostUnit> Lost, Dictionary<int, string> RefusedBy);

/// <summary>
/// Many claims in one transaction and one round trip: checks, claims, keys, the removal of what lost, the companions' rows, and the news
/// for other processes. The protocol commits when it reaches the batch's end; there is no statement to wait for in between.
/// </summary>
/// <remarks>Rows are inserted in the order of their keys, so two processes never wait for each other in a circle.</remarks>
internal sealed class Batch
{
    /// <summary>
    /// Shared by every batch, taken alone by a change of capacity, so that no unit slips above a capacity that is going down.
    /// </summary>
    public const string CapacityLock = "4712000001";

    private readonly List<int> _request = [];
    private readonly List<Guid> _orgId = [];
    private readonly List<Guid> _poolId = [];
    private readonly List<int> _unit = [];
    private readonly List<Guid> _holder = [];
    private readonly List<DateTime?> _expiresAt = [];
    private readonly Dictionary<Companion, List<(int Request, object Row)>> _companions = [];
    private readonly SortedDictionary<(Guid OrgId, Guid PoolId), int> _poolsToMake = [];

    /// <summary>The requests; a request's number is its place here.</summary>
    public List<Pending> Requests { get; } = [];

    public void Add(Pending pending)
    {
        var number = Requests.Count;
        Requests.Add(pending);
        var (request, expires) = (pending.Request, pending.Request.ExpiresAt?.UtcDateTime);
        for (var demand = 0; demand < pending.Units.Length; demand++)
        {
            if (request.Demands[demand].Capacity is { } capacity) _poolsToMake[(request.OrgId, request.Demands[demand].PoolId)] = capacity;
            foreach (var unit in pending.Units[demand])
            {
                _request.Add(number);
                _orgId.Add(request.OrgId);
                _poolId.Add(request.Demands[demand].PoolId);
                _unit.Add(unit);
                _holder.Add(request.Holder);
                _expiresAt.Add(expires);
            }
        }
        foreach (var (companion, row) in request.Companions)
        {
            if (!_companions.TryGetValue(companion, out var rows)) _companions.Add(companion, rows = []);
            rows.Add((number, row));
        }
    }

    /// <summary>Runs the batch and commits it. An exception means that nothing, or nothing known, happened.</summary>
    public async Task<BatchResult> Run(NpgsqlConnection connection, IReadOnlyList<string> news, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Open));
        AddCompanions(CompanionPhase.Check);
        if (_poolsToMake.Count > 0) batch.BatchCommands.Add(OverPools(MakePools));
        var units = new Units([.. _request], [.. _orgId], [.. _poolId], [.. _unit], [.. _holder]);
        var claim = OverUnits(Claim, units);
        claim.Parameters.Add(new NpgsqlParameter<DateTime?[]>("expires", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz)
        {
            TypedValue = [.. _expiresAt],
        });
        batch.BatchCommands.Add(claim);
        AddCompanions(CompanionPhase.Key);
        batch.BatchCommands.Add(OverUnits(Withdraw, units));
        AddCompanions(CompanionPhase.Effect);
        foreach (var payload in news)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Announce)
            {
                Parameters =
                {
                    new NpgsqlParameter<string>("channel", Announcement.Channel),
                    new NpgsqlParameter<string>("payload", payload),
                },
            });
        }

        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await Read(reader, ct);

        void AddCompanions(CompanionPhase phase)
        {
            foreach (var (companion, rows) in _companions)
                if (companion.Phase == phase) batch.BatchCommands.Add(companion.Over(rows));
        }
    }

    // Result sets come in the order of the statements; those that only insert or delete have none.
    private async Task<BatchResult> Read(NpgsqlDataReader reader, CancellationToken ct)
    {
        await reader.ReadAsync(ct);
        var result = new BatchResult(reader.GetDateTime(0), [], []);
        await ReadRefused(CompanionPhase.Check);
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct)) result.Lost.Add(new LostUnit(reader.GetInt32(0), reader.GetGuid(1), reader.GetInt32(2)));
        await ReadRefused(CompanionPhase.Key);
        while (await reader.NextResultAsync(ct))
        {
            // Effects and news return nothing of interest, but an error in one of them surfaces here.
        }
        return result;

        async Task ReadRefused(CompanionPhase phase)
        {
            foreach (var companion in _companions.Keys)
            {
                if (companion.Phase != phase) continue;
                await reader.NextResultAsync(ct);
                while (await reader.ReadAsync(ct)) result.RefusedBy.TryAdd(reader.GetInt32(0), companion.Name);
            }
        }
    }

    private sealed record Units(int[] Request, Guid[] OrgId, Guid[] PoolId, int[] Unit, Guid[] Holder);

    private static NpgsqlBatchCommand OverUnits(string sql, Units units) => new(sql)
    {
        Parameters =
        {
            new NpgsqlParameter<int[]>("request", NpgsqlDbType.Array | NpgsqlDbType.Integer) { TypedValue = units.Request },
            new NpgsqlParameter<Guid[]>("org", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { TypedValue = units.OrgId },
            new NpgsqlParameter<Guid[]>("pool", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { TypedValue = units.PoolId },
            new NpgsqlParameter<int[]>("unit", NpgsqlDbType.Array | NpgsqlDbType.Integer) { TypedValue = units.Unit },
            new NpgsqlParameter<Guid[]>("holder", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { TypedValue = units.Holder },
        },
    };

    private NpgsqlBatchCommand OverPools(string sql) => new(sql)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid[]>("org", _poolsToMake.Keys.Select(pool => pool.OrgId).ToArray()),
            new NpgsqlParameter<Guid[]>("pool", _poolsToMake.Keys.Select(pool => pool.PoolId).ToArray()),
            new NpgsqlParameter<int[]>("capacity", _poolsToMake.Values.ToArray()),
        },
    };

    private const string Open = $"select clock_timestamp(), pg_advisory_xact_lock_shared({CapacityLock})::text";

    private const string MakePools = """
        insert into inventory.pools (org_id, pool_id, capacity)
        select org_id, pool_id, capacity
        from unnest(@org, @pool, @capacity) as wanted (org_id, pool_id, capacity)
        on conflict (org_id, pool_id) do update
        set capacity = excluded.capacity
        where pools.capacity < excluded.capacity
        """;

    // An expired claim is free: taking it is an update of its row, judged by the database's clock in the moment of the update.
    private const string Claim = """
        with wanted as (
            select w.request, w.org_id, w.pool_id, w.unit, w.holder, w.expires_at
            from unnest(@request, @org, @pool, @unit, @holder, @expires) as w (request, org_id, pool_id, unit, holder, expires_at)
            where w.request <> all ((select kernel.refused())::integer[])
        ), taken as (
            insert into inventory.claims (org_id, pool_id, unit, holder, expires_at)
            select wanted.org_id, wanted.pool_id, wanted.unit, wanted.holder, wanted.expires_at
            from wanted
            join inventory.pools on pools.org_id = wanted.org_id and pools.pool_id = wanted.pool_id and wanted.unit <= pools.capacity
            order by wanted.org_id, wanted.pool_id, wanted.unit
            on conflict (org_id, pool_id, unit) do update
            set holder = excluded.holder, expires_at = excluded.expires_at
            where claims.expires_at < clock_timestamp()
            returning org_id, pool_id, unit, holder
        )
        select wanted.request, wanted.pool_id, wanted.unit, kernel.refuse(wanted.request)
        from wanted
        where (select count(*) from taken) < (select count(*) from wanted)
        and (wanted.org_id, wanted.pool_id, wanted.unit, wanted.holder) not in (select org_id, pool_id, unit, holder from taken)
        """;

    // All or nothing: what a refused request did get is given back before anything commits.
    private const string Withdraw = """
        delete from inventory.claims
        using unnest(@request, @org, @pool, @unit, @holder) as w (request, org_id, pool_id, unit, holder)
        where cardinality((select kernel.refused())) > 0
        and w.request = any ((select kernel.refused())::integer[])
        and claims.org_id = w.org_id and claims.pool_id = w.pool_id and claims.unit = w.unit and claims.holder = w.holder
        """;

    // News of a batch in which somebody lost would tell of units that nobody took; the sequencer then tells the rest afterwards.
    private const string Announce = "select pg_notify(@channel, @payload) where cardinality(kernel.refused()) = 0";
}
