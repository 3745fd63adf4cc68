using Npgsql;

namespace Balie.Kernel.Tests.Data;

/// <summary>How many connections one process may open: all processes together share what the server allows.</summary>
public sealed class DatabasesTests
{
    [Theory]
    [InlineData("Host=/nowhere", 30)]
    [InlineData("Host=/nowhere;Maximum Pool Size=12", 12)]
    [InlineData("Host=/nowhere;MaxPoolSize=12", 12)]
    public async Task A_pool_is_as_large_as_the_connection_string_says_or_else_as_we_do(string connectionString, int expected)
    {
        await using var databases = new Databases(connectionString, poolSize: 30);

        Assert.Equal(expected, new NpgsqlConnectionStringBuilder(databases.App.ConnectionString).MaxPoolSize);
    }
}
