using Balie.Kernel.Postgres;

namespace Balie;

/// <summary>
/// One installation on this machine, opened for one process: configuration, data folder, database. Every verb starts here, so that all
/// of them mean the same installation by the same options.
/// </summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly WebApplicationBuilder _builder;
    private EmbeddedPostgres? _postgres;

    private Site(WebApplicationBuilder builder, DataFolder data, IReadOnlyList<IModule> modules) =>
        (_builder, Data, Modules) = (builder, data, modules);

    public DataFolder Data { get; }

    public IReadOnlyList<IModule> Modules { get; }

    public IConfiguration Config => _builder.Configuration;

    /// <summary>The owner's, for migrations; what serves people takes lesser roles from it, see <see cref="Databases"/>.</summary>
    public string ConnectionString { get; private set; } = "";

    public Migrator Migrator => new(ConnectionString, Balie.Modules.Scripts);

    /// <summary>Configuration and data folder only; the database is opened next.</summary>
    public static Site At(string? dataFolder)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        // The process stands anywhere; what is ours stands beside the program or in the data folder.
        var data = DataFolder.Open(dataFolder ?? builder.Configuration["Balie:Data"] ?? "data");
        builder.Configuration["Balie:Data"] = data.Path;
        builder.Configuration["Balie:Mail:Folder"] ??= data["mail"];
        return new Site(builder, data, Balie.Modules.Chosen(builder.Configuration));
    }

    /// <summary>For the process that serves: the database it names, or its own, which stops with it.</summary>
    public Task OpenDatabase(Action<string> say, CancellationToken ct) => OpenDatabase(beside: false, say, ct);

    /// <summary>
    /// For a short errand: like <see cref="OpenDatabase(Action{string}, CancellationToken)"/>, but beside a Balie that serves already.
    /// </summary>
    public Task OpenDatabaseBeside(Action<string> say, CancellationToken ct) => OpenDatabase(beside: true, say, ct);

    /// <summary>The program wired for an errand: everything can be asked, nothing runs by itself.</summary>
    public WebApplication Build() => Build(Modules);

    /// <summary>
    /// The program wired for serving and not started: the routes, listeners and jobs of the modules that this process shows.
    /// </summary>
    public WebApplication BuildServing(IReadOnlyList<IModule> shown)
    {
        _builder.Services.AddKernelWork(shown.Count == Modules.Count ? null : [.. shown.Select(module => module.Name)]);
        return Build(shown);
    }

    /// <summary>Watches over the installation's own server until told to stop; one that somebody else runs is theirs to watch.</summary>
    public Task KeepDatabase(Action<string> say, CancellationToken stop) => _postgres?.KeepAlive(say, stop) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null) await _postgres.DisposeAsync();
    }

    private async Task OpenDatabase(bool beside, Action<string> say, CancellationToken ct)
    {
        if (_builder.Configuration.GetConnectionString("Balie") is { Length: > 0 } named)
        {
            await ServerCheck.Reach(named, ct);
            ConnectionString = named;
            return;
        }
        ConnectionString = beside && await EmbeddedPostgres.Running(Data, ct) is { } running ? running : await StartOwn(say, ct);
        _builder.Configuration["ConnectionStrings:Balie"] = ConnectionString;
    }

    private async Task<string> StartOwn(Action<string> say, CancellationToken ct)
    {
        _postgres = await EmbeddedPostgres.Start(Data, Config["Balie:Postgres:Programs"], say, ct);
        return _postgres.ConnectionString;
    }

    private WebApplication Build(IReadOnlyList<IModule> shown)
    {
        _builder.WebHost.UseKestrelHttpsConfiguration().UseBalieLimits();
        _builder.Logging.AddBalieLogs(_builder.Configuration, _builder.Environment);
        _builder.Services.AddSingleton(Data);
        _builder.Services.AddSingleton(Migrator);
        _builder.Services.AddKernel(_builder.Configuration, Balie.Modules.WithHouseChecks(Modules));
        var app = _builder.Build();
        // Before anything acts on it; the host would ask the same at its start.
        app.Services.GetService<IStartupValidator>()?.Validate();
        app.UseKernel(shown);
        return app;
    }
}
