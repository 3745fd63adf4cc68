using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;

namespace Balie.FaultTests;

/// <summary>An event on sale with one date and, unless a test asks for more, one ticket type.</summary>
internal sealed record Show(Guid EventId, Guid SlotId, Guid[] TypeIds);

/// <summary>
/// Real Balie processes on one database of their own, as behind a load balancer, each with a data folder as on a machine of its own.
/// </summary>
internal sealed class Fleet : IAsyncDisposable
{
    private const string Email = "owner@example.org";
    private const string Password = "zeven natte paarden op een dak";

    // Machines that share a database share the key under which it keeps secrets.
    private static readonly string SealKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private readonly TempFolder _folder = new();
    private readonly List<BalieProcess> _processes = [];
    private readonly string _connectionString;

    private Fleet(PrivatePostgres postgres, string connectionString)
    {
        _connectionString = connectionString;
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database;
        Truth = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres.Superuser) { Database = database });
        Proxy = new FaultProxy(connectionString);
    }

    /// <summary>
    /// What is really in the database, past the proxy and past row security; a new connection each time, because servers die here.
    /// </summary>
    public NpgsqlDataSource Truth { get; }

    /// <summary>Between the database and the processes that <see cref="StartBehindProxy"/> started.</summary>
    public FaultProxy Proxy { get; }

    public static async Task<Fleet> On(PrivatePostgres postgres, CancellationToken ct) => new(postgres, await postgres.NewDatabase(ct));

    /// <summary>Another process, ready to serve.</summary>
    public Task<BalieProcess> Start(CancellationToken ct, IReadOnlyDictionary<string, string>? environment = null) =>
        Start(_connectionString, environment, ct);

    public Task<BalieProcess> StartBehindProxy(CancellationToken ct) => Start(Proxy.ConnectionString, null, ct);

    /// <summary>The owner of the installation, signed in at this process; the caller disposes.</summary>
    public static async Task<HttpClient> SignIn(BalieProcess at, CancellationToken ct)
    {
        var signedIn = await (await at.Http.Post("/api/v1/auth/login", new { email = Email, password = Password }, ct))
            .IsOk<JsonElement>(ct);
        var owner = new HttpClient { BaseAddress = at.Http.BaseAddress };
        owner.DefaultRequestHeaders.Add("Authorization", $"Bearer {signedIn.GetProperty("accessToken").GetString()}");
        return owner;
    }

    /// <summary>An event on sale, made as its organiser would.</summary>
    /// <param name="owner">Who makes it.</param>
    /// <param name="capacity">Places.</param>
    /// <param name="priceMinor">Free unless given; a priced one is held until it is paid.</param>
    /// <param name="types">Names of ticket types, each with a cap of its own as large as the capacity.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<Show> OnSale(HttpClient owner, int capacity, CancellationToken ct, int priceMinor = 0, string[]? types = null)
    {
        var price = new { amount = priceMinor, currency = "EUR" };
        int? cap = types is null ? null : capacity;
        object[] priced = [.. (types ?? ["Entree"]).Select(name => new { name, price, cap })];
        var made = await (await owner.Post("/api/v1/events", new
        {
            title = "Stormconcert",
            zone = "Europe/Amsterdam",
            ticketTypes = priced,
            slots = new { dates = new[] { new { startsLocal = "2090-07-01T20:00:00", endsLocal = "2090-07-01T22:00:00" } }, capacity },
        }, ct)).IsOk<JsonElement>(HttpStatusCode.Created, ct);
        var eventId = made.GetProperty("id").GetGuid();
        foreach (var step in (string[])["publication", "sale"])
            await (await owner.Put($"/api/v1/events/{eventId}/{step}", new { }, ct)).IsOk<JsonElement>(ct);
        var slots = await (await owner.GetAsync(new Uri($"/api/v1/events/{eventId}/slots", UriKind.Relative), ct)).IsOk<JsonElement>(ct);
        var ids = made.GetProperty("ticketTypes").EnumerateArray().Select(type => type.GetProperty("id").GetGuid());
        return new Show(eventId, slots[0].GetProperty("id").GetGuid(), [.. ids]);
    }

    /// <summary>The same for the test that needs no owner afterwards.</summary>
    public static async Task<Show> OnSale(BalieProcess at, int capacity, CancellationToken ct, int priceMinor = 0, string[]? types = null)
    {
        using var owner = await SignIn(at, ct);
        return await OnSale(owner, capacity, ct, priceMinor, types);
    }

    /// <summary>What one process says is free.</summary>
    public static async Task<int> Available(BalieProcess at, Show show, CancellationToken ct)
    {
        var seen = await (await at.Http.GetAsync(new Uri($"/api/v1/events/{show.EventId}/availability", UriKind.Relative), ct))
            .IsOk<JsonElement>(ct);
        return seen.GetProperty("slots")[0].GetProperty("available").GetInt32();
    }

    /// <summary>Runs <c>balie verify</c> as an operator does.</summary>
    public async Task<(int Exit, string Output)> Verify(CancellationToken ct)
    {
        await using var verify = BalieProcess.Start(["verify", "--data", _folder["verify"]], Environment(_connectionString));
        var exit = await verify.Ends(ct);
        return (exit, verify.Output + verify.Errors);
    }

    /// <summary>Every invariant of every module holds, and no booking is there in part.</summary>
    public async Task IsSound(Show show, CancellationToken ct)
    {
        Assert.Empty(await Truth.Torn(show, ct));
        var (exit, output) = await Verify(ct);
        Assert.True(exit == 0, output);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        await Proxy.DisposeAsync();
        await Truth.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<BalieProcess> Start(string connectionString, IReadOnlyDictionary<string, string>? more, CancellationToken ct)
    {
        var environment = Environment(connectionString);
        foreach (var (name, value) in more ?? new Dictionary<string, string>()) environment[name] = value;
        var data = _folder[string.Create(CultureInfo.InvariantCulture, $"data{_processes.Count}")];
        var process = BalieProcess.Serve(data, environment, ["--empty"]);
        _processes.Add(process);
        return await process.Ready(ct);
    }

    private static Dictionary<string, string> Environment(string connectionString) => new()
    {
        ["ConnectionStrings__Balie"] = connectionString,
        ["Balie__RateLimits__Enabled"] = "false",
        ["Balie__SealKey"] = SealKey,
        ["BALIE_ADMIN_EMAIL"] = Email,
        ["BALIE_ADMIN_PASSWORD"] = Password,
    };
}
