using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dapper;
using Npgsql;

namespace Balie.Kernel.Postgres;

/// <summary>
/// The database of an installation that names none: a PostgreSQL cluster in the data folder, on a private Unix socket. It outlives a
/// Balie that was killed, and the next one takes it over; a Balie that stops, stops it too.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Fetched = "fetched";
    private const string ClusterFolder = "postgres";
    private const string SocketFile = "/.s.PGSQL.5432";
    private const string TemporaryPrefix = "balie-";
    private const int LargestLogBytes = 10 * 1024 * 1024;
    private const int LongestRecoverySeconds = 540;

    // After a kill -9, the old process or its memory may linger until the system has buried it.
    private static readonly TimeSpan PatienceWithTheDead = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);
    private static readonly string[] SignsOfTheDead = ["lock file", "shared memory block"];

    private readonly DataFolder _data;
    private readonly IDisposable _claim;
    private readonly ServerAccount _account;
    private readonly ServerPrograms _programs;

    private EmbeddedPostgres(DataFolder data, IDisposable claim, ServerAccount account, ServerPrograms programs) =>
        (_data, _claim, _account, _programs) = (data, claim, account, programs);

    /// <summary>For the owner of schemas and tables; what <c>ConnectionStrings:Balie</c> would say.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The server's process, while it runs.</summary>
    public int? ServerProcess => Postmaster.Of(Cluster)?.Process;

    private string Cluster => _data[ClusterFolder];

    private string LogFile => Path.Combine(_data["log"], "postgresql.log");

    /// <summary>The connection string of a server that some Balie runs on this folder right now, or null.</summary>
    public static async Task<string?> Running(DataFolder data, CancellationToken ct) =>
        Postmaster.Of(data[ClusterFolder]) is { } postmaster && await postmaster.Accepts(ct) ? postmaster.AsOwner : null;

    /// <summary>Finds or fetches a server, makes the cluster at the first start, and starts it.</summary>
    /// <param name="data">Where it lives.</param>
    /// <param name="wanted">The folder of the server to use, <c>fetched</c> for the one from npm, or null for the best there is.</param>
    /// <param name="say">Hears what takes long.</param>
    /// <param name="ct">Stops what has started.</param>
    /// <exception cref="OperatorException">Something stands in the way that only the operator can move.</exception>
    public static async Task<EmbeddedPostgres> Start(DataFolder data, string? wanted, Action<string> say, CancellationToken ct)
    {
        var claim = data.Claim();
        try
        {
            var programs = await Choose(data, wanted, say, ct);
            var postgres = new EmbeddedPostgres(data, claim, await ServerAccount.For(data[ClusterFolder], ct), programs);
            try
            {
                await postgres.Start(say, ct);
                return postgres;
            }
            catch
            {
                await postgres.Stop();
                throw;
            }
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>Starts the server again whenever its process is gone, until told to stop: nobody else watches over this one.</summary>
    public async Task KeepAlive(Action<string> say, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(BetweenLooks, stop);
                if (Postmaster.Of(Cluster) is { IsAlive: true }) continue;
                say("PostgreSQL is gone; starting it again.");
                await Revive(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop.
        }
        catch (OperatorException hopeless)
        {
            // Served on without a database, every answer says so, and a person finds the reason here.
            say(hopeless.Message);
        }
    }

    /// <summary>Starts a server that died.</summary>
    /// <exception cref="OperatorException">It does not start.</exception>
    public async Task Revive(CancellationToken ct)
    {
        await StartServer(ct);
        var postmaster = Postmaster.Of(Cluster) ?? throw new OperatorException($"PostgreSQL started and went away again: see {LogFile}.");
        await Welcome(postmaster, ct);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _claim.Dispose();
    }

    /// <summary>Which server runs this folder's cluster; fetches one where the machine has none that fits.</summary>
    private static async Task<ServerPrograms> Choose(DataFolder data, string? wanted, Action<string> say, CancellationToken ct)
    {
        var usable = await Usable(data, wanted, ct);
        if (MajorOf(data[ClusterFolder]) is not { } major) return usable.FirstOrDefault() ?? await FetchedServer.Fetch(data, say, ct);
        if (usable.Find(programs => programs.Major == major) is { } match) return match;
        if (major == FetchedServer.Major && FetchedServer.Possible) return await FetchedServer.Fetch(data, say, ct);
        var present = usable.Count == 0 ? "none" : string.Join(" and ", usable.Select(programs => programs.Major));
        throw new OperatorException(string.Create(CultureInfo.InvariantCulture,
            $"The database in {data[ClusterFolder]} was made by PostgreSQL {major}, and this machine has {present}: "
                + $"install PostgreSQL {major}, or move the data with pg_dump."));
    }

    private static async Task<List<ServerPrograms>> Usable(DataFolder data, string? wanted, CancellationToken ct)
    {
        List<ServerPrograms> usable = [];
        if (wanted is null) usable.AddRange(await ServerPrograms.Installed(ct));
        else if (wanted != Fetched)
        {
            var named = await ServerPrograms.In(wanted, ct);
            usable.Add(named is { Major: >= ServerPrograms.OldestMajor } ? named : throw new OperatorException(
                $"Balie:Postgres:Programs names {wanted}, which holds no PostgreSQL {ServerPrograms.OldestMajor} or newer: "
                    + "name the folder of postgres, initdb and pg_ctl."));
            return usable;
        }
        if (await FetchedServer.Earlier(data, ct) is { } earlier) usable.Add(earlier);
        return usable;
    }

    private async Task Start(Action<string> say, CancellationToken ct)
    {
        if (MajorOf(Cluster) is null) await Create(say, ct);
        if (Postmaster.Of(Cluster) is { } alive && await alive.Accepts(ct))
        {
            await Welcome(alive, ct);
            return;
        }
        await Revive(ct);
    }

    private async Task Create(Action<string> say, CancellationToken ct)
    {
        say($"Making a database in {Cluster} with PostgreSQL {_programs.Major}…");
        // Made beside its place and moved there when whole: a start cut short leaves nothing that looks like a cluster.
        var partial = Cluster + ".partial";
        if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        _data.Folder(ClusterFolder + ".partial");
        await _account.Give([partial], _programs.Folder, ct);

        // Collation is by code point everywhere, so an index survives a move to another machine or a newer C library.
        const int FirstWithItsOwnLocales = 17;
        string[] locale = _programs.Major >= FirstWithItsOwnLocales
            ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            : [OperatingSystem.IsLinux() ? "--locale=C.UTF-8" : "--locale=C"];
        var made = await _account.ToEnd(_programs.Initdb,
            ["--pgdata", partial, "--username=postgres", "--encoding=UTF8", "--data-checksums", "--auth=trust",
                "--no-instructions", .. locale], ct);
        if (!made.Ok)
            throw new OperatorException($"A database could not be made in {Cluster} ({made.LastLine}): put that right and start again.");

        var settings = Path.Combine(partial, "postgresql.conf");
        await File.WriteAllTextAsync(settings, ClusterSettings.Including(await File.ReadAllTextAsync(settings, ct)), ct);
        await File.WriteAllTextAsync(Path.Combine(partial, "pg_hba.conf"), ClusterSettings.Access, ct);
        Directory.Move(partial, Cluster);
    }

    private async Task StartServer(CancellationToken ct)
    {
        var log = _data.Folder("log");
        var socket = SocketFolder();
        var settings = ClusterSettings.For(socket, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        await File.WriteAllTextAsync(_data[ClusterSettings.FileName], settings, ct);
        if (new FileInfo(LogFile) is { Exists: true, Length: > LargestLogBytes }) File.Move(LogFile, LogFile + ".1", overwrite: true);
        await _account.Give([Cluster, log, socket], _programs.Folder, ct);

        var waited = Stopwatch.StartNew();
        while (true)
        {
            var before = LengthOfLog();
            var started = await _account.ToEnd(_programs.PgCtl,
                ["start", "--wait", $"--timeout={LongestRecoverySeconds}", "--silent", "--pgdata", Cluster, "--log", LogFile], ct);
            if (started.Ok) return;

            var reason = await ReasonSince(before) ?? started.LastLine;
            if (waited.Elapsed > PatienceWithTheDead || !SignsOfTheDead.Any(sign => reason.Contains(sign, StringComparison.Ordinal)))
            {
                throw new OperatorException($"PostgreSQL did not start ({reason}): see {LogFile}.");
            }
            await Task.Delay(BetweenTries, ct);
        }
    }

    /// <summary>
    /// Makes our login and database where they are missing; a first start may have been cut short between any two of these.
    /// </summary>
    private async Task Welcome(Postmaster postmaster, CancellationToken ct)
    {
        const string HasLogin = "select exists (select from pg_roles where rolname = @OwnerLogin)";
        const string HasDatabase = "select exists (select from pg_database where datname = @Database)";
        await using var connection = new NpgsqlConnection(postmaster.AsSuperuser);
        await connection.OpenAsync(ct);
        if (!await connection.ExecuteScalarAsync<bool>(HasLogin, new { Postmaster.OwnerLogin }))
        {
            await connection.ExecuteAsync($"create role {Postmaster.OwnerLogin} login createrole nosuperuser nobypassrls");
        }
        if (!await connection.ExecuteScalarAsync<bool>(HasDatabase, new { Postmaster.Database }))
        {
            await connection.ExecuteAsync($"create database {Postmaster.Database} owner {Postmaster.OwnerLogin}");
        }
        ConnectionString = postmaster.AsOwner;
    }

    private async Task Stop()
    {
        if (Postmaster.Of(Cluster) is not { } postmaster) return;
        NpgsqlConnection.ClearAllPools();
        await _account.ToEnd(_programs.PgCtl, ["stop", "--wait", "--timeout=60", "--mode=fast", "--silent", "--pgdata", Cluster],
            CancellationToken.None);
        // The server's user wrote that path, so only what we ourselves would have made is removed.
        var isOurs = Path.GetDirectoryName(postmaster.SocketFolder) + "/" == Path.GetTempPath()
            && Path.GetFileName(postmaster.SocketFolder).StartsWith(TemporaryPrefix, StringComparison.Ordinal);
        if (isOurs && Directory.Exists(postmaster.SocketFolder)) Directory.Delete(postmaster.SocketFolder, recursive: true);
    }

    // A socket's path may be no longer than this; a deep data folder gets a short private folder with a name nobody can guess.
    private string SocketFolder()
    {
        var longestPathBytes = OperatingSystem.IsMacOS() ? 103 : 107;
        var near = _data.Folder("socket");
        var fits = Encoding.UTF8.GetByteCount(near + SocketFile) <= longestPathBytes && !near.Contains(',', StringComparison.Ordinal);
        return fits ? near : Directory.CreateTempSubdirectory(TemporaryPrefix).FullName;
    }

    private static int? MajorOf(string cluster)
    {
        try
        {
            var file = Path.Combine(cluster, "PG_VERSION");
            return int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var major) ? major : null;
        }
        catch (UnauthorizedAccessException foreign)
        {
            throw new OperatorException($"The database in {cluster} belongs to another user: start Balie as that user, "
                + "or give yourself the folder with chown -R.", foreign);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private long LengthOfLog() => new FileInfo(LogFile) is { Exists: true } log ? log.Length : 0;

    private async Task<string?> ReasonSince(long position)
    {
        const string Fatal = "FATAL:";
        if (!File.Exists(LogFile)) return null;
        await using var log = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Seek(position, SeekOrigin.Begin);
        using var reader = new StreamReader(log);
        var line = (await reader.ReadToEndAsync()).Split('\n').LastOrDefault(line => line.Contains(Fatal, StringComparison.Ordinal));
        return line?[(line.IndexOf(Fatal, StringComparison.Ordinal) + Fatal.Length)..].Trim();
    }
}
