using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Balie.Tests.Tenancy;

/// <summary>
/// The product on real sockets with four database connections per role, so that organisations follow each other on the same ones all the
/// time.
/// </summary>
public sealed class FourConnections : Product
{
    private const int Connections = 4;

    internal Ear Ear { get; } = new();

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        Sockets.Listen(builder);
    }

    protected override void Replace(IServiceCollection services)
    {
        base.Replace(services);
        services.Replace(ServiceDescriptor.Singleton(_ => new Databases(ConnectionString, poolSize: Connections)));
        services.AddSingleton<ILoggerProvider>(Ear);
    }

    protected override HttpClient Client() => Sockets.Client(Services);
}

public sealed class MixedRequestTests(FourConnections app) : IClassFixture<FourConnections>
{
    private const int Requests = 10_000;
    private const int AtOnce = 24;
    private const int Seed = 20_260_101;
    private static readonly string[] Words = ["Zilvermeeuw", "Purperreiger", "Grutto"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_mixed_requests_with_random_cancellations_never_show_another_organisation()
    {
        var houses = new List<House>();
        foreach (var word in Words) houses.Add(await Make(word));
        var (leaks, answered) = (new ConcurrentBag<string>(), new ConcurrentDictionary<string, int>());
        var (told, hungUp, broken) = (0, 0, new ConcurrentBag<string>());
        await Parallel.ForEachAsync(Enumerable.Range(0, Requests),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Ct }, async (number, ct) =>
        {
            // One generator per request: the order in which threads take them does not change what they ask.
            var random = new Random(Seed + number);
            var house = houses[random.Next(houses.Count)];
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            if (random.Next(8) == 0) patience.CancelAfter(TimeSpan.FromMilliseconds(random.NextDouble() * 12));
            try
            {
                using var request = Ask(house, random);
                using var answer = await house.Client.SendAsync(request, patience.Token);
                var text = await answer.Content.ReadAsStringAsync(patience.Token);
                answered.AddOrUpdate($"{(int)answer.StatusCode}", 1, (_, before) => before + 1);
                if ((int)answer.StatusCode >= 500 && answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                    broken.Add($"{request.Method} {request.RequestUri}: {text}");
                if (text.Contains(house.Word, StringComparison.Ordinal)) Interlocked.Increment(ref told);
                foreach (var other in houses.Where(other => other != house))
                    if (other.Marks.Any(mark => text.Contains(mark, StringComparison.Ordinal)))
                        leaks.Add($"{house.Word} was shown: {text}");
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                Interlocked.Increment(ref hungUp);
            }
        });

        Assert.Empty(leaks);
        Assert.True(broken.IsEmpty, string.Join('\n', [.. broken, .. app.Ear.Take()]));
        var sum = string.Join(", ", answered.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} × {pair.Key}"));
        Assert.True(told > Requests / 3, $"Only {told} answers told anything of one's own: {sum}, {hungUp} hung up.");
        Assert.True(hungUp > Requests / 100, $"Only {hungUp} hung up.");
        Assert.Equal(Requests, answered.Values.Sum() + hungUp);
    }

    private sealed record House(string Word, HttpClient Client, Show Show, string[] Marks);

    private async Task<House> Make(string word)
    {
        var orgId = Guid.CreateVersion7();
        var show = await app.Show(capacity: 1_000_000, types: [Given.FreeType(word)], orgId: orgId);
        var owner = app.As(Roles.Owner, orgId: orgId);
        await (await owner.Post("/api/v1/venues", new { name = word, country = "NL", zone = "Europe/Amsterdam" }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        return new House(word, owner, show, [word, $"{show.EventId}", $"{show.SlotId}", $"{show.TypeId}", $"{orgId}"]);
    }

    private static HttpRequestMessage Ask(House house, Random random)
    {
        var at = $"/api/v1/events/{house.Show.EventId}";
        return random.Next(10) switch
        {
            0 => Get("/api/v1/events"),
            1 => Get($"/api/v1/events?search={Words[random.Next(Words.Length)]}"),
            2 => Get(at),
            3 => Get($"{at}/availability"),
            4 => Get($"{at}/history"),
            5 => Get("/api/v1/bookings?all=true&limit=20"),
            6 => Get("/api/v1/venues"),
            7 => Get($"{at}/slots"),
            // Sold under its own name: the answer holds the ticket type's.
            _ => Book(house),
        };
    }

    private static HttpRequestMessage Get(string address) => new(HttpMethod.Get, address);

    private static HttpRequestMessage Book(House house)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new { eventId = house.Show.EventId, quantity = 1, holder = new { name = house.Word, email = $"{house.Word}@example.org" } });
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/bookings") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        return request;
    }
}
