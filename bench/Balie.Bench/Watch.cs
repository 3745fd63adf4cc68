using System.Collections.Concurrent;
using Npgsql;

namespace Balie.Bench;

/// <summary>
/// Sees in the database when tickets exist, for everybody who waits for some, so that waiting itself loads nothing: one question every few
/// milliseconds instead of sixty-four people who reload a page.
/// </summary>
internal sealed class Watch : IAsyncDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();
    private readonly CancellationTokenSource _ends = new();
    private readonly Database _database;
    private readonly Task _looking;

    private Watch(Database database) => (_database, _looking) = (database, Look(_ends.Token));

    public static async Task<Watch> Open(string connectionString, CancellationToken ct) => new(await Database.Open(connectionString, ct));

    /// <summary>Returns once the booking has its tickets.</summary>
    public async Task Tickets(Guid bookingId, CancellationToken ct)
    {
        var there = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[bookingId] = there;
        await Task.WhenAny(there.Task, _looking).WaitAsync(ct);
        if (!there.Task.IsCompleted) await _looking;
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _looking.ContinueWith(_ => { }, TaskScheduler.Default);
        await _database.DisposeAsync();
        _ends.Dispose();
    }

    private async Task Look(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(BetweenLooks);
        while (await timer.WaitForNextTickAsync(ct))
        {
            if (_waiting.IsEmpty) continue;
            foreach (var bookingId in await _database.Ids(SelectTicketed, _waiting.Keys.ToArray(), ct))
                if (_waiting.TryRemove(bookingId, out var there)) there.SetResult();
        }
    }

    private const string SelectTicketed = """
        select booking_id
        from unnest(@ids) as waiting (booking_id)
        where exists (
            select from ticketing.tickets
            where org_id = (select org_id from identity.organisations limit 1) and tickets.booking_id = waiting.booking_id)
        """;
}

/// <summary>One connection that sees every organisation, for what the bench wants to know from the side.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private Database(NpgsqlConnection connection) => _connection = connection;

    public static async Task<Database> Open(string connectionString, CancellationToken ct)
    {
        // Its statements are repeated, and should cost what they ask for.
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxAutoPrepare = 10,
            AutoPrepareMinUsages = 2,
            Pooling = false,
        };
        var database = new Database(new NpgsqlConnection(settings.ConnectionString));
        await database._connection.OpenAsync(ct);
        await using var role = new NpgsqlCommand("set role balie_system", database._connection);
        await role.ExecuteNonQueryAsync(ct);
        return database;
    }

    /// <summary>The process of the server that all its sessions come from.</summary>
    public async Task<int> Postmaster(CancellationToken ct)
    {
        var backend = (int)(await Scalar("select pg_backend_pid()", null, ct) ?? 0);
        return ProcessorTime.ParentOf(backend);
    }

    public async Task<long> Count(string sql, Guid? id, CancellationToken ct) => (long)(await Scalar(sql, id, ct) ?? 0L);

    public async Task<IReadOnlyList<Guid>> Ids(string sql, Guid[] ids, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        command.Parameters.AddWithValue("ids", ids);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<Guid>();
        while (await reader.ReadAsync(ct)) found.Add(reader.GetGuid(0));
        return found;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<object?> Scalar(string sql, Guid? id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        if (id is { } one) command.Parameters.AddWithValue("id", one);
        return await command.ExecuteScalarAsync(ct);
    }
}
