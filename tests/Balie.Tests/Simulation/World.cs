using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Balie.Testing.Payments;

namespace Balie.Tests.Simulation;

/// <summary>What the rules forbid has happened.</summary>
internal sealed class ViolationException(string what) : Exception(what);

/// <summary>
/// One seed's organisation: two evenings with few places, some buyers, a provider, and the provider's post that nobody has brought yet.
/// What stands in the database is always asked of the database; only what was promised to somebody is remembered.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    private const int MostTries = 12;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(5);
    private readonly Lock _promises = new();
    private readonly HashSet<Guid> _promised = [];

    private World(SimulatedProduct app, Random random, IFakeProvider fake)
    {
        (App, Random, Fake) = (app, random, fake);
        OrgId = NewId();
        Judge = new Db(new Pool(app.Judge, app.Judge), new News(app.Judge), OrgId, app.Clock);
        Staff = app.As(Roles.Owner, NewId(), OrgId);
        SecondStaff = app.As(Roles.Owner, NewId(), OrgId);
        Buyers = [.. Enumerable.Range(0, 4).Select(_ => app.As(Roles.Customer, NewId(), OrgId))];
    }

    public SimulatedProduct App { get; }
    public Random Random { get; }
    public IFakeProvider Fake { get; }
    public Guid OrgId { get; }

    /// <summary>The organisation's rows, by a way that is never cut.</summary>
    public Db Judge { get; }

    public HttpClient Staff { get; }
    public HttpClient SecondStaff { get; }
    public HttpClient[] Buyers { get; }
    public Show[] Shows { get; private set; } = [];

    /// <summary>What the provider has written and nobody has brought.</summary>
    public List<Letter> Post { get; } = [];

    /// <summary>How many different keys orders were asked for under.</summary>
    public int OrdersAsked { get; set; }

    /// <summary>How many calls to the provider were to go wrong.</summary>
    public int Troubles { get; set; }

    private static CancellationToken Ct => Product.Ct;

    public static async Task<World> Make(SimulatedProduct app, Random random)
    {
        var fake = app.Provider(Pick(random, "mollie", "adyen", "stripe"));
        var world = new World(app, random, fake);
        await world.Furnish();
        return world;
    }

    /// <summary>Ids of people and keys come from the seed too.</summary>
    public Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.NextBytes(bytes);
        return new Guid(bytes, bigEndian: true);
    }

    public T Pick<T>(params IReadOnlyList<T> from) => Pick(Random, from);

    public bool Chance(int percent) => Random.Next(100) < percent;

    /// <summary>
    /// Asks until there is an answer that says something: under one key, as a client does whose connection was lost. A 500 is never one.
    /// </summary>
    public async Task<(int Status, JsonElement Data)> Ask(
        HttpClient client, HttpMethod method, string address, object body, Guid? key = null, TimeSpan? within = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        if (within is { } longest) patience.CancelAfter(longest);
        for (var tried = 1; ; tried++)
        {
            using var request = new HttpRequestMessage(method, address) { Content = JsonContent.Create(body, options: Json.Options) };
            if (key is not null) request.Headers.Add("Idempotency-Key", $"{key}");
            if (method == HttpMethod.Put) request.Headers.TryAddWithoutValidation("If-Match", "*");
            using var answer = await Sent(client, request, patience.Token);
            if (answer is null) return (0, default);
            var text = await answer.Content.ReadAsStringAsync(Ct);
            if (answer.StatusCode == HttpStatusCode.InternalServerError)
                throw new ViolationException($"{method} {address} was answered with 500: {text}");
            var said = JsonDocument.Parse(text).RootElement;
            var again = answer.StatusCode == HttpStatusCode.ServiceUnavailable
                || (said.TryGetProperty("code", out var code) && code.GetString() == "idempotency_in_progress");
            if (!again || tried == MostTries)
                return ((int)answer.StatusCode, said.TryGetProperty("data", out var data) ? data : said);
            await Task.Delay(BetweenTries * tried, Ct);
        }
    }

    public Task<(int Status, JsonElement Data)> Submit(HttpClient client, string address, object body, Guid? key = null) =>
        Ask(client, HttpMethod.Post, address, body, key ?? NewId());

    /// <summary>Somebody was told that this order stands.</summary>
    public void Promise(JsonElement order)
    {
        lock (_promises) _promised.Add(order.GetProperty("id").GetGuid());
    }

    public Guid[] Promised()
    {
        lock (_promises) return [.. _promised];
    }

    /// <summary>Takes what the provider wrote since the last time.</summary>
    public void Collect() => Post.AddRange(Fake.Courier.TakeHeld());

    /// <summary>Brings one, and says whether it was accepted; 0 where nobody answered.</summary>
    public async Task<int> Bring(Letter letter)
    {
        using var request = letter.Write();
        request.RequestUri = new Uri(letter.To.PathAndQuery, UriKind.Relative);
        request.Headers.Host = letter.To.Authority;
        using var answer = await App.Http.SendAsync(request, Ct);
        if (answer.StatusCode == HttpStatusCode.InternalServerError)
            throw new ViolationException($"A webhook ({letter.Kind}) was answered with 500.");
        return (int)answer.StatusCode;
    }

    // Null when whoever asked went away.
    private static async Task<HttpResponseMessage?> Sent(HttpClient client, HttpRequestMessage request, CancellationToken patience)
    {
        try { return await client.SendAsync(request, patience); }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !Ct.IsCancellationRequested) { return null; }
    }

    /// <summary>An evening, in three weeks, with few places.</summary>
    public async Task<Show> AnotherShow()
    {
        var evening = App.Clock.GetUtcNow().AddDays(20 + Random.Next(3));
        var types = new object[] { new { name = "Rang 1", price = Given.Price(1_090) }, Given.FreeType() };
        return await App.Show(Random.Next(2, 6), types, orgId: OrgId,
            startsLocal: $"{evening:yyyy-MM-dd}T20:00:00", endsLocal: $"{evening:yyyy-MM-dd}T22:00:00");
    }

    public ValueTask DisposeAsync() => Fake.DisposeAsync();

    private async Task Furnish()
    {
        var captureLater = Chance(30);
        await Set("/api/v1/policies", new { captureLater, feePerOrderMinor = Pick(0, 150), feePerTicketMinor = Pick(0, 50) });
        var settings = JsonDocument.Parse(Fake.Settings).RootElement;
        var account = await (await Staff.Post(
            "/api/v1/payments/accounts", new { provider = Fake.Name, name = "Rekening", isLive = false, settings }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        if (Fake is not FakeMollie)
            Fake.WebhookUrl = new Uri($"{SimulatedProduct.PublicAddress}/webhooks/{Fake.Name}/{account.Text("id")}");
        Shows = [await AnotherShow(), await AnotherShow()];
        foreach (var show in Shows) await Set($"/api/v1/events/{show.EventId}/doors", new { openMinutes = 43_200, reentries = 1 });
    }

    private async Task Set(string address, object figures)
    {
        var (status, said) = await Ask(Staff, HttpMethod.Put, address, figures);
        Assert.True(status == 200, $"PUT {address}: {status} {said}");
    }

    private static T Pick<T>(Random random, params IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
