using Dapper;
using Npgsql;

namespace Balie.Testing;

/// <summary>The PostgreSQL of this test run: <c>BALIE_TEST_SERVER</c>, set by <c>./test</c>, names a login that may create databases and roles.</summary>
public static class TestServer
{
    public static readonly string ConnectionString = Environment.GetEnvironmentVariable("BALIE_TEST_SERVER")
        ?? throw new InvalidOperationException("Run the tests with ./test, or set BALIE_TEST_SERVER to a PostgreSQL that ./test --server keeps running.");

    /// <summary>The connection string of one database on it.</summary>
    public static string Database(string name) => new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;

    public static async Task Admin(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await connection.ExecuteAsync(sql);
    }
}
