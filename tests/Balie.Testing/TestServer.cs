using Dapper;
using Npgsql;

namespace Balie.Testing;

/// <summary>
/// The PostgreSQL of this test run: <c>BALIE_TEST_SERVER</c>, set by <c>./test</c>, names a login that may create databases and roles.
/// </summary>
public static class TestServer
{
    private const int Tries = 50;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    public static readonly string ConnectionString = Environment.GetEnvironmentVariable("BALIE_TEST_SERVER")
        ?? throw new InvalidOperationException(
            "Run the tests with ./test, or set BALIE_TEST_SERVER to a PostgreSQL that ./test --server keeps running.");

    /// <summary>The connection string of one database on it.</summary>
    public static string Database(string name) => new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;

    public static async Task Admin(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        for (var tried = 1; ; tried++)
        {
            try
            {
                await connection.ExecuteAsync(sql);
                return;
            }
            catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.InsufficientPrivilege && tried < Tries)
            {
                // The server's own vacuum is at work in a database that is to be dropped, and only it may be waited for.
                await Task.Delay(BetweenTries);
            }
        }
    }
}
