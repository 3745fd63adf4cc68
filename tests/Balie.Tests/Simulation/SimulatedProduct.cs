using System.Data.Common;
using System.Net;
using Balie.Contracts.Inventory;
using Balie.Payments;
using Balie.Testing.Payments;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Balie.Tests.Simulation;

/// <summary>
/// The whole product in one process, with everything around it in a simulation's hands: the clock (also the database's), the way to the
/// database, the provider and its post. Nothing happens in the background; who works, and when, is decided by the seed.
/// </summary>
public sealed class SimulatedProduct : Product, IAsyncLifetime
{
    public const string PublicAddress = "https://balie.example";

    /// <summary>The shortest there is.</summary>
    public static readonly TimeSpan BreakFor = TimeSpan.FromMilliseconds(500);

    private const int MostTries = 20;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(5);

    /// <summary>An organisation in which time is looked at.</summary>
    private static readonly Guid Somewhere = Guid.CreateVersion7();

    /// <summary>Has a clock of its own, or would work while nobody asked.</summary>
    private static readonly string[] Impatient = ["Workers", "MailSender", "SendNotices", "DeliverWebhooks"];

    private NpgsqlDataSource? _judge;
    private StatementEditor? _editor;
    private Wire? _wire;

    internal Wire Wire => _wire ?? throw new InvalidOperationException("Not started yet.");

    internal Ear Ear { get; } = new();

    /// <summary>What becomes of the product's statements on their way to the database; null where nobody meddles.</summary>
    internal Func<string, string>? Edit { get; init; }

    internal Workers Workers => Services.GetRequiredService<Workers>();

    /// <summary>A way to the database that is never cut, with the rights of the application.</summary>
    public NpgsqlDataSource Judge => _judge ?? throw new InvalidOperationException("Not started yet.");

    /// <summary>A provider of its own for every seed, which keeps its post until somebody brings it.</summary>
    public IFakeProvider Provider(string name)
    {
        IFakeProvider fake = name switch
        {
            "mollie" => new FakeMollie(),
            "adyen" => new FakeAdyen(),
            "stripe" => new FakeStripe { Clock = Clock },
            _ => throw new InvalidOperationException($"No provider is called {name}."),
        };
        fake.Courier.Delivery = Delivery.Held;
        return fake;
    }

    /// <summary>Whoever lost their connections starts with none, as a process does that was started again.</summary>
    public Task Reconnect()
    {
        Wire.Mend();
        Databases.Clear();
        return HearTheTime();
    }

    /// <summary>Time passes, for the product and for its database.</summary>
    public async Task Pass(TimeSpan time)
    {
        await using var command = Judge.CreateCommand("select simulated.pass($1)");
        command.Parameters.AddWithValue(time);
        var now = (DateTime?)await command.ExecuteScalarAsync(Ct) ?? throw new InvalidOperationException("It has no clock.");
        Clock.Advance(now - Clock.GetUtcNow().UtcDateTime);
        await HearTheTime();
    }

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:PublicAddress"] = PublicAddress;
        builder.Configuration["Balie:payments:TestSystems:0"] = IPAddress.Loopback.ToString();
        builder.Configuration["Balie:payments:ProviderTimeout"] = "00:00:02";
        // The breaker has tests of its own; here one call's trouble would be the next seed's.
        builder.Configuration["Balie:payments:BreakFor"] = $"{BreakFor}";
    }

    protected override void Replace(IServiceCollection services)
    {
        base.Replace(services);
        LayClock();
        if (Edit is not null) _editor = new StatementEditor(ConnectionString, Edit);
        _wire = new Wire(_editor?.ConnectionString ?? ConnectionString);
        services.Replace(ServiceDescriptor.Singleton(_ => new Databases(Simulated(_wire.ConnectionString), poolSize: 8)));
        services.AddSingleton<ILoggerProvider>(Ear);
        foreach (var hosted in services.Where(IsImpatient).ToArray()) services.Remove(hosted);
        _judge = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Simulated(ConnectionString))
        {
            Options = $"-c role={Databases.AppRole} -c timezone=UTC -c plan_cache_mode=force_generic_plan -c jit=off",
            MaxAutoPrepare = 20,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
        });
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await Judge.DisposeAsync();
        await DisposeAsync();
        await Wire.DisposeAsync();
        if (_editor is not null) await _editor.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    // Inventory hears it from the database with everything that it claims.
    private async Task HearTheTime()
    {
        var inventory = Services.GetRequiredService<IInventory>();
        for (var tried = 1; ; tried++)
        {
            var holder = Guid.CreateVersion7();
            var nothing = new ClaimRequest(Somewhere, holder, Clock.GetUtcNow(), [new Demand(holder, 1, Capacity: 1)], []);
            try
            {
                await inventory.Claim(nothing, Ct);
                return;
            }
            catch (Exception lost) when (tried < MostTries && lost is DbException or IOException or InvalidOperationException)
            {
                // It has just heard that its connection is gone.
                await Task.Delay(BetweenTries, Ct);
            }
        }
    }

    private static bool IsImpatient(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService)
        && Impatient.Contains((service.ImplementationType ?? service.ImplementationFactory?.Method.ReturnType)?.Name);

    // Whoever asks for clock_timestamp() finds this one first.
    private static string Simulated(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = "simulated, pg_catalog, public" }.ConnectionString;

    private void LayClock()
    {
        using var owner = new NpgsqlConnection(ConnectionString);
        owner.Open();
        using var command = new NpgsqlCommand(Clockwork, owner);
        command.Parameters.AddWithValue("start", Clock.GetUtcNow().UtcDateTime);
        command.ExecuteNonQuery();
    }

    private const string Clockwork = """
        create schema simulated;
        create table simulated.clock (ahead interval not null);
        comment on table simulated.clock is 'For everyone: what time it is.';
        insert into simulated.clock select @start - pg_catalog.clock_timestamp();
        create function simulated.clock_timestamp() returns timestamptz language sql volatile as
            'select pg_catalog.clock_timestamp() + ahead from simulated.clock';
        create function simulated.pass(step interval) returns timestamptz language sql volatile security definer as
            'update simulated.clock set ahead = ahead + step; select simulated.clock_timestamp()';
        grant usage on schema simulated to public;
        grant select on simulated.clock to public;
        """;
}
