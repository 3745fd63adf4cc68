using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Balie.Testing;

/// <summary>One module, really running: its endpoints over an in-memory server, on a fresh copy of its own schema.</summary>
public class ModuleApp<TModule> : IAsyncLifetime where TModule : IModule, new()
{
    private const int PoolSize = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Templates = new();

    private readonly string _database = $"test_{Guid.CreateVersion7():n}";
    private WebApplication? _app;

    /// <summary>A client that names no caller: a guest.</summary>
    public HttpClient Http { get; private set; } = null!; // Set by InitializeAsync, which xunit awaits before any test.

    public ManualClock Clock { get; } = new();

    public IServiceProvider Services => App.Services;

    public Databases Databases => Services.GetRequiredService<Databases>();

    public SystemDb SystemDb => Services.GetRequiredService<SystemDb>();

    /// <summary>The database as the application sees it for the default organisation.</summary>
    public Db Db => SystemDb.As(TestCallers.Default);

    public string ConnectionString => TestServer.Database(_database);

    public async Task<Rival> Rival() => await Testing.Rival.Open(Databases.System);

    /// <summary>
    /// A client signed in with a role, as one fixed person unless told otherwise, in the default organisation unless told otherwise.
    /// </summary>
    public HttpClient As(string role, Guid? person = null, Guid? orgId = null) => SignIn(Client(), role, person, orgId);

    /// <summary>The same at another process of this test, see <see cref="StartAnother"/>.</summary>
    public HttpClient ClientOf(WebApplication process, string role, Guid? person = null, Guid? orgId = null) =>
        SignIn(process.GetTestClient(), role, person, orgId);

    private static HttpClient SignIn(HttpClient client, string role, Guid? person, Guid? orgId)
    {
        client.DefaultRequestHeaders.Authorization = TestCallers.Bearer(role, person);
        if (orgId is not null) client.DefaultRequestHeaders.Add("X-Organisation", orgId.ToString());
        return client;
    }

    /// <summary>Delivers what was published and committed, as the relay of a running process does all the time.</summary>
    public async Task Deliver(CancellationToken ct)
    {
        // Another database of this server may hold the horizon back for a moment.
        var (relay, outbox) = (Services.GetRequiredService<Relay>(), Services.GetRequiredService<Outbox>());
        for (var waited = TimeSpan.Zero; waited < Patience; waited += BetweenLooks)
        {
            await relay.DeliverWaiting(ct);
            if ((await outbox.Status(ct)).Waiting == 0) return;
            await Task.Delay(BetweenLooks, ct);
        }
        throw new TimeoutException("Some messages could not be delivered yet; does a transaction stay open?");
    }

    /// <summary>The same, without waiting for what cannot be delivered yet.</summary>
    public Task DeliverWhatCanBe(CancellationToken ct) => Services.GetRequiredService<Relay>().DeliverWaiting(ct);

    /// <summary>Runs every job that is due now, as the runner of a running process does every second, and returns how many ran.</summary>
    public Task<int> RunDueJobs(CancellationToken ct) => Services.GetRequiredService<JobRunner>().RunDue(ct);

    protected virtual void Replace(IServiceCollection services)
    {
    }

    /// <summary>A second process on the same database and clock, as far as memory is concerned; the caller stops it.</summary>
    public Task<WebApplication> StartAnother() => Start();

    /// <summary>Configuration and server. Rate limits are off here, as no test but their own is about them.</summary>
    protected virtual void Configure(WebApplicationBuilder builder)
    {
        builder.WebHost.UseTestServer();
        builder.Configuration["Balie:RateLimits:Enabled"] = "false";
        builder.Configuration["Balie:SealKey"] = Convert.ToBase64String(new byte[32]);
    }

    /// <summary>A client of this app that names no caller.</summary>
    protected virtual HttpClient Client() => App.GetTestClient();

    protected WebApplication App => _app ?? throw new InvalidOperationException("Not started yet.");

    /// <summary>Other modules this one may be tested together with, through their module class alone.</summary>
    protected virtual IReadOnlyList<IModule> Modules => [new TModule()];

    public async ValueTask InitializeAsync()
    {
        await TestServer.Admin($"create database {_database} template {await Template()} strategy file_copy");
        _app = await Start();
        Http = Client();
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        await TestServer.Admin($"drop database {_database} with (force)");
        GC.SuppressFinalize(this);
    }

    private async Task<WebApplication> Start()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Testing" });
        Configure(builder);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton(_ => new Databases(ConnectionString, poolSize: PoolSize));
        builder.Services.AddKernel(builder.Configuration, Modules);
        // Identity brings the real ones.
        builder.Services.TryAddSingleton<ICallers, TestCallers>();
        Replace(builder.Services);
        var app = builder.Build();
        app.UseKernel(Modules);
        await app.StartAsync();
        // A server in memory listens nowhere, whatever its host says.
        if (app.Services.GetService<IServer>() is Microsoft.AspNetCore.TestHost.TestServer inMemory)
            inMemory.Features.Get<IServerAddressesFeature>()?.Addresses.Clear();
        return app;
    }

    // One migrated database per set of modules and test process, of which every test class gets a copy.
    private Task<string> Template() =>
        Templates.GetOrAdd(string.Join(',', Modules.Select(module => module.Name)), _ => new(MakeTemplate)).Value;

    private async Task<string> MakeTemplate()
    {
        var name = $"template_{Guid.CreateVersion7():n}";
        await TestServer.Admin($"create database {name}");
        IReadOnlyList<MigrationScript> scripts =
        [
            .. MigrationScript.Of("kernel", typeof(IModule).Assembly),
            .. Modules.SelectMany(module => MigrationScript.Of(module.Name, module.GetType().Assembly)),
        ];
        await new Migrator(TestServer.Database(name), scripts).Apply(CancellationToken.None);
        return name;
    }
}
