using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace Balie.Kernel;

/// <summary>Whether the database that <c>ConnectionStrings:Balie</c> names is there and new enough, said in one sentence.</summary>
public static class ServerCheck
{
    private const int OldestMajor = 15;
    private const int ConnectTimeoutSeconds = 5;
    private const string Key = "ConnectionStrings__Balie";

    /// <summary>The server's version, such as <c>15.14</c>.</summary>
    /// <exception cref="OperatorException">There is no usable server.</exception>
    public static async Task<Version> Reach(string connectionString, CancellationToken ct)
    {
        var wanted = Read(connectionString);
        try
        {
            // The version comes with the greeting: nothing is asked of a server that may be too old to answer.
            await using var source = new NpgsqlDataSourceBuilder(wanted.ConnectionString)
                .ConfigureTypeLoading(types => types.EnableTypeLoading(false)).Build();
            await using var connection = await source.OpenConnectionAsync(ct);
            if (connection.PostgreSqlVersion.Major >= OldestMajor) return connection.PostgreSqlVersion;
            throw new OperatorException(string.Create(CultureInfo.InvariantCulture,
                $"{Name(wanted)} is PostgreSQL {connection.PostgreSqlVersion} and Balie needs {OldestMajor} or newer: upgrade it, "
                    + $"or point {Key} at a newer server."));
        }
        catch (PostgresException refused)
        {
            throw new OperatorException(
                $"{Name(wanted)} refuses the connection ({refused.MessageText}): check the login and the database in {Key}.", refused);
        }
        catch (Exception unreachable) when (unreachable is NpgsqlException or SocketException or TimeoutException)
        {
            throw new OperatorException(
                $"{Name(wanted)} cannot be reached ({Innermost(unreachable).Message}): start that PostgreSQL, or correct {Key}.",
                unreachable);
        }
    }

    private static NpgsqlConnectionStringBuilder Read(string connectionString)
    {
        try
        {
            var wanted = new NpgsqlConnectionStringBuilder(connectionString)
            {
                Timeout = ConnectTimeoutSeconds,
                Pooling = false,
                ApplicationName = "balie start",
            };
            return wanted.Host is null
                ? throw new OperatorException($"{Key} names no Host: write it as Host=…;Database=…;Username=…;Password=….")
                : wanted;
        }
        catch (ArgumentException malformed)
        {
            throw new OperatorException(
                $"{Key} cannot be read ({malformed.Message}): write it as Host=…;Database=…;Username=…;Password=….", malformed);
        }
    }

    // Never the password.
    private static string Name(NpgsqlConnectionStringBuilder wanted) =>
        string.Create(CultureInfo.InvariantCulture, $"Database {wanted.Database ?? wanted.Username} at {wanted.Host}:{wanted.Port}");

    private static Exception Innermost(Exception problem) => problem.InnerException is { } inner ? Innermost(inner) : problem;
}
