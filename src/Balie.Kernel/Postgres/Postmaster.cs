using System.Globalization;
using Npgsql;

namespace Balie.Kernel.Postgres;

/// <summary>What a running server says about itself in <c>postmaster.pid</c>. It may be long dead: <see cref="Accepts"/> asks.</summary>
internal sealed record Postmaster(int Process, string SocketFolder)
{
    public const string OwnerLogin = "balie_owner";
    public const string Database = "balie";
    private const string Superuser = "postgres";
    private const int PidLine = 0;
    private const int SocketLine = 4;
    private const int ConnectTimeoutSeconds = 2;

    public static Postmaster? Of(string cluster)
    {
        try
        {
            var lines = File.ReadAllLines(Path.Combine(cluster, "postmaster.pid"));
            return lines.Length > SocketLine && int.TryParse(lines[PidLine], CultureInfo.InvariantCulture, out var process)
                ? new Postmaster(process, lines[SocketLine])
                : null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether its process runs; a server that hangs does, one that is dead and waits for its burial does not.</summary>
    public bool IsAlive
    {
        get
        {
            try
            {
                using var process = System.Diagnostics.Process.GetProcessById(Process);
                return !OperatingSystem.IsLinux() || !IsZombie();
            }
            catch (Exception gone) when (gone is ArgumentException or IOException)
            {
                return false;
            }
        }
    }

    /// <summary>For the owner of schemas and tables.</summary>
    public string AsOwner =>
        new NpgsqlConnectionStringBuilder { Host = SocketFolder, Username = OwnerLogin, Database = Database }.ConnectionString;

    /// <summary>For the few things only a superuser does.</summary>
    public string AsSuperuser => new NpgsqlConnectionStringBuilder
    {
        Host = SocketFolder,
        Username = Superuser,
        Database = "postgres",
        Timeout = ConnectTimeoutSeconds,
        Pooling = false,
    }.ConnectionString;

    public async Task<bool> Accepts(CancellationToken ct)
    {
        try
        {
            await using var connection = new NpgsqlConnection(AsSuperuser);
            await connection.OpenAsync(ct);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private bool IsZombie()
    {
        // The name stands in parentheses and may hold anything; the state follows the last one.
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{Process}/stat"));
        return stat[stat.LastIndexOf(')')..].StartsWith(") Z", StringComparison.Ordinal);
    }
}
