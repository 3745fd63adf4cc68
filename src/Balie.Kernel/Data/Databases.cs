using Npgsql;

namespace Balie.Kernel;

/// <summary>
/// The data sources, one per database role. They share one connection string (<c>ConnectionStrings:Balie</c>) and differ in the role
/// that a session takes at start, so that the process which serves people never owns a table and never bypasses row security.
/// <c>ConnectionStrings:App</c>, <c>:System</c> and <c>:Reader</c> replace a derived string where an installation wants separate logins
/// or a replica for reads. See docs/decisions/0004-tenancy.md.
/// </summary>
public sealed class Databases : IAsyncDisposable
{
    public const string AppRole = "balie_app";
    public const string SystemRole = "balie_system";
    public const string ReaderRole = "balie_reader";

    private const int LockTimeoutMs = 2_000;
    private const int StatementTimeoutMs = 5_000;
    private const int IdleInTransactionTimeoutMs = 10_000;
    private const int ConnectTimeoutSeconds = 2;
    private const int CommandTimeoutSeconds = 5;

    // A server that let a statement run for longer than it may will not hear that it is cancelled either.
    private const int DoNotWait = -1;
    private const int PreparedStatements = 200;

    // Requests find rows by key. Left to itself the server plans such a statement anew five times on every connection, and one that takes
    // an array each time it runs. See docs/decisions/0019-plans-and-round-trips.md.
    private const string PlanOnce = "-c plan_cache_mode=force_generic_plan";

    private readonly NpgsqlDataSource[] _asides;

    public Databases(string balie, string? app = null, string? system = null, string? reader = null, int poolSize = 30)
    {
        App = Open(app ?? balie, AppRole, poolSize, PlanOnce);
        System = Open(system ?? balie, SystemRole, poolSize);
        Reader = Open(reader ?? balie, ReaderRole, Few(poolSize));
        _asides =
        [
            Open(app ?? balie, AppRole, poolSize, PlanOnce, isAside: true), Open(system ?? balie, SystemRole, poolSize, isAside: true),
        ];
        (AppPool, SystemPool) = (new Pool(App, _asides[0]), new Pool(System, _asides[1]));
        News = new News(System);
    }

    /// <summary>Requests: row security applies, one organisation at a time.</summary>
    public NpgsqlDataSource App { get; }

    /// <summary>The sequencer, the relay and jobs: sees all organisations, so every statement names its <c>org_id</c>.</summary>
    public NpgsqlDataSource System { get; }

    /// <summary>Reports and checks: may read, may not write; row security applies.</summary>
    public NpgsqlDataSource Reader { get; }

    /// <summary>The connections of <see cref="App"/>, for whoever may be within a transaction.</summary>
    public Pool AppPool { get; }

    /// <summary>The same of <see cref="System"/>.</summary>
    public Pool SystemPool { get; }

    /// <summary>What transactions signal to all processes.</summary>
    public News News { get; }

    /// <summary>Drops the connections that nobody uses: those to a server that went away are broken.</summary>
    public void Clear()
    {
        foreach (var source in (NpgsqlDataSource[])[App, System, Reader, .. _asides]) source.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await System.DisposeAsync();
        await Reader.DisposeAsync();
        foreach (var aside in _asides) await aside.DisposeAsync();
    }

    private static int Few(int poolSize) => Math.Max(2, poolSize / 4);

    private static NpgsqlDataSource Open(
        string connectionString, string role, int poolSize, string options = "", bool isAside = false)
    {
        var wanted = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = role,
            Timeout = ConnectTimeoutSeconds,
            CommandTimeout = CommandTimeoutSeconds,
            CancellationTimeout = DoNotWait,
            MaxAutoPrepare = PreparedStatements,
            AutoPrepareMinUsages = 2,
            // DISCARD ALL would reset the role to the login's own, which is the owner; nothing here sets session state that needs a reset.
            NoResetOnClose = true,
            IncludeErrorDetail = false,
            Options = $"-c role={role} -c lock_timeout={LockTimeoutMs} -c statement_timeout={StatementTimeoutMs} "
                + $"-c idle_in_transaction_session_timeout={IdleInTransactionTimeoutMs} -c timezone=UTC {options}",
        };
        // Asked whether it contains a key, the builder answers whether it knows one; this asks whether it was given.
        if (!wanted.ShouldSerialize("Maximum Pool Size")) wanted.MaxPoolSize = poolSize;
        if (isAside) wanted.MaxPoolSize = Few(wanted.MaxPoolSize);
        // The name labels metrics and spans; without one Npgsql takes the connection string, which is nobody's business there.
        return new NpgsqlDataSourceBuilder(wanted.ConnectionString) { Name = isAside ? $"{role}_aside" : role }.Build();
    }
}
