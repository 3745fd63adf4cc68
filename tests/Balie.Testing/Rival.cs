using Dapper;
using Npgsql;

namespace Balie.Testing;

/// <summary>A second user, mid-transaction. Holds locks on purpose so that a race has one outcome every run.</summary>
public sealed class Rival : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly NpgsqlDataSource _source;

    private Rival(NpgsqlConnection connection, NpgsqlTransaction transaction, NpgsqlDataSource source) =>
        (_connection, _transaction, _source) = (connection, transaction, source);

    public static async Task<Rival> Open(NpgsqlDataSource source)
    {
        var connection = await source.OpenConnectionAsync();
        return new Rival(connection, await connection.BeginTransactionAsync(), source);
    }

    public Task Run(string sql, object? args = null) => _connection.ExecuteAsync(sql, args, _transaction);

    public Task Commit() => _transaction.CommitAsync();

    public Task Rollback() => _transaction.RollbackAsync();

    /// <summary>Returns once so many other connections of this database are blocked on a lock.</summary>
    public async Task UntilSomeoneWaits(int many = 1)
    {
        // The wait events of other logins are hidden from our roles; ungranted locks are not.
        const string SomeoneWaits = """
            select count(distinct pid) >= @many
            from pg_locks
            join pg_stat_activity using (pid)
            where not granted and datname = current_database()
            """;
        await using var watcher = await _source.OpenConnectionAsync();
        for (var waited = TimeSpan.Zero; waited < Patience; waited += BetweenLooks)
        {
            if (await watcher.ExecuteScalarAsync<bool>(SomeoneWaits, new { many })) return;
            await Task.Delay(BetweenLooks);
        }
        throw new TimeoutException("Nobody waited for the rival's lock.");
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
