using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Balie.FaultTests;

/// <summary>What one request was told. A connection that broke before the answer has status 0.</summary>
internal sealed record Told(
    int Status, string Code, bool RetryAfter, bool Replayed, Guid BookingId, string[] Tickets, long BeganAt, TimeSpan Took)
{
    public bool Booked => Status == (int)HttpStatusCode.Created;

    public bool IsUnavailable => Status == (int)HttpStatusCode.ServiceUnavailable;

    /// <summary>Neither yes nor no: the same request is to be sent again.</summary>
    public bool ComeBack => Status == 0 || IsUnavailable || Code == "kernel.idempotency_in_progress";

    public override string ToString() => $"{Status} {Code} after {Took.TotalMilliseconds:0} ms{(RetryAfter ? ", come back" : "")}";
}

/// <summary>A guest with one wish and one Idempotency-Key, who asks again until told yes or no.</summary>
internal sealed class Visitor(Show show, string name, int quantity = 1, object? items = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);
    private readonly Guid _key = Guid.CreateVersion7();
    private readonly List<Told> _told = [];

    public string Email { get; } = $"{name}@example.org";

    /// <summary>Everything this visitor was told, in order.</summary>
    public IReadOnlyList<Told> Answers => _told;

    /// <summary>The booking this visitor was promised, if any.</summary>
    public Guid? Promised
    {
        get
        {
            lock (_told) return _told.Find(told => told.Booked)?.BookingId;
        }
    }

    public static Visitor[] Crowd(Show show, int count, string name = "gast") =>
        [.. Enumerable.Range(1, count).Select(number => new Visitor(show, $"{name}{number}"))];

    /// <summary>Asks once.</summary>
    public async Task<Told> Ask(HttpClient at, CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        var told = await Send(at, began, ct);
        lock (_told) _told.Add(told);
        return told;
    }

    /// <summary>
    /// Asks until there is a yes or a no, each time where <paramref name="at"/> says, and lets <paramref name="hear"/> every answer.
    /// </summary>
    public async Task<Told> Insist(Func<HttpClient> at, CancellationToken ct, Action<Told>? hear = null)
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            var told = await Ask(at(), ct);
            hear?.Invoke(told);
            if (!told.ComeBack || waited.Elapsed > Patience) return told;
            await Task.Delay(BetweenTries * (0.5 + Random.Shared.NextDouble()), ct);
        }
    }

    private async Task<Told> Send(HttpClient at, long began, CancellationToken ct)
    {
        try
        {
            var holder = new { name = "Gast", email = Email };
            object body = items is null ? new { eventId = show.EventId, quantity, holder } : new { eventId = show.EventId, items, holder };
            using var answer = await at.Post("/api/v1/bookings", body, ct, _key);
            var text = await answer.Content.ReadAsStringAsync(ct);
            return Read(answer, text, began);
        }
        catch (Exception broken)
            when (broken is HttpRequestException or SocketException or IOException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            var code = broken.InnerException is SocketException { SocketErrorCode: var error } ? error.ToString() : broken.GetType().Name;
            return new Told(0, code, false, false, Guid.Empty, [], began, Stopwatch.GetElapsedTime(began));
        }
    }

    private static Told Read(HttpResponseMessage answer, string text, long began)
    {
        using var body = JsonDocument.Parse(text);
        var code = body.RootElement.TryGetProperty("code", out var refusal) ? refusal.GetString() ?? "" : "";
        var (bookingId, tickets) = (Guid.Empty, Array.Empty<string>());
        if (body.RootElement.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object)
        {
            bookingId = data.GetProperty("id").GetGuid();
            var items = data.GetProperty("items").EnumerateArray();
            tickets = [.. items.SelectMany(item => item.GetProperty("tickets").EnumerateArray())
                .Select(ticket => ticket.GetString() ?? "")];
        }
        var (retry, replayed) = (answer.Headers.RetryAfter is not null, answer.Headers.Contains("Idempotent-Replayed"));
        return new Told((int)answer.StatusCode, code, retry, replayed, bookingId, tickets, began, Stopwatch.GetElapsedTime(began));
    }
}

/// <summary>What tests ask of many visitors at once.</summary>
internal static class Visitors
{
    /// <summary>Everybody insists, beginning at random moments within <paramref name="spread"/>.</summary>
    public static Task<Told[]> Insist(
        this IEnumerable<Visitor> crowd, Func<HttpClient> at, TimeSpan spread, Random random, CancellationToken ct) =>
        Task.WhenAll(crowd.Select(visitor => (Visitor: visitor, Delay: spread * random.NextDouble())).ToArray().Select(async late =>
        {
            await Task.Delay(late.Delay, ct);
            return await late.Visitor.Insist(at, ct);
        }));

    /// <summary>
    /// Everybody asks once more under the same key and is told what they were told before: nothing that was promised is lost, nothing
    /// exists twice, and nobody was ever answered in a way that no retry could mend.
    /// </summary>
    public static async Task GotExactlyOneBookingEach(this Visitor[] crowd, BalieProcess at, Fleet fleet, Show show, CancellationToken ct)
    {
        var again = await Task.WhenAll(crowd.Select(visitor => visitor.Insist(() => at.Http, ct)));
        var stored = await fleet.Truth.Bookings(show, ct);
        for (var i = 0; i < crowd.Length; i++)
        {
            Assert.True(again[i].Booked, $"{crowd[i].Email} was told: {string.Join("; ", crowd[i].Answers)}");
            Assert.Equal(again[i].BookingId, Assert.Single(stored[crowd[i].Email]));
            Assert.All(crowd[i].Answers, told =>
                Assert.True(told.ComeBack || (told.Booked && told.BookingId == again[i].BookingId), told.ToString()));
        }
    }
}
