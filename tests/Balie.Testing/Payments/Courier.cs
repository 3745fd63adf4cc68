using System.Collections.Concurrent;
using System.Net;

namespace Balie.Testing.Payments;

/// <summary>When webhooks leave.</summary>
public enum Delivery
{
    /// <summary>In the background, again and again until somebody says yes.</summary>
    AtOnce,

    /// <summary>Before the provider answers the call that causes them: faster than our own commit.</summary>
    BeforeTheAnswer,

    /// <summary>When the test says so.</summary>
    Held,

    /// <summary>Never.</summary>
    Lost,
}

/// <summary>One webhook, with what was answered to each of its deliveries; 0 where nobody answered.</summary>
/// <param name="Kind">What it tells: <c>payment</c>, <c>CAPTURE</c>, <c>refund.failed</c>.</param>
/// <param name="About">The payment it tells of.</param>
/// <param name="Write">Writes it anew, as each delivery may be signed at its own moment.</param>
public sealed record Letter(Uri To, string Kind, string About, Func<HttpRequestMessage> Write)
{
    public ConcurrentQueue<HttpStatusCode> Answers { get; } = new();

    public bool IsAccepted => Answers.Any(status => status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices);
}

/// <summary>Carries a fake provider's webhooks: early, late, twice, shuffled or never.</summary>
public sealed class Courier : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The provider's hours and days, pressed together.</summary>
    private static readonly TimeSpan[] Pauses =
        [.. new[] { 50, 100, 200, 400, 800, 1_600, 3_200 }.Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds))];

    private readonly ConcurrentQueue<Letter> _letters = new();
    private readonly ConcurrentQueue<Letter> _held = new();
    private readonly ConcurrentQueue<Letter> _urgent = new();
    private readonly ConcurrentDictionary<Task, byte> _underWay = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Patience };

    /// <summary>Where the product really listens, when its public address is only a name. It still hears that name.</summary>
    public Uri? Door { get; set; }

    public Delivery Delivery { get; set; } = Delivery.AtOnce;

    /// <summary>How often each webhook is delivered, though it was accepted.</summary>
    public int Copies { get; set; } = 1;

    /// <summary>Every webhook there was a reason for.</summary>
    public IReadOnlyList<Letter> Letters => [.. _letters];

    public IReadOnlyList<Letter> Waiting => [.. _held];

    public void Post(Uri? to, string kind, string about, Func<HttpRequestMessage> write)
    {
        if (to is null) return;
        var letter = new Letter(to, kind, about, write);
        _letters.Enqueue(letter);
        switch (Delivery)
        {
            case Delivery.AtOnce:
                Follow(Insist(letter));
                break;
            case Delivery.BeforeTheAnswer:
                _urgent.Enqueue(letter);
                break;
            case Delivery.Held:
                _held.Enqueue(letter);
                break;
            case Delivery.Lost:
                break;
            default:
                throw new InvalidOperationException($"Unknown delivery {Delivery}.");
        }
    }

    /// <summary>Delivers once, and gives the answer; 0 where nobody answered.</summary>
    public async Task<HttpStatusCode> Deliver(Letter letter)
    {
        var status = default(HttpStatusCode);
        try
        {
            using var request = letter.Write();
            request.RequestUri = Door is null ? letter.To : new Uri(Door, letter.To.PathAndQuery);
            if (Door is not null) request.Headers.Host = letter.To.Authority;
            using var answer = await _http.SendAsync(request, _closing.Token);
            status = answer.StatusCode;
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or OperationCanceledException)
        {
            // As the provider would: noted, and tried again.
        }
        letter.Answers.Enqueue(status);
        return status;
    }

    /// <summary>What was held, for the test to do with as it likes.</summary>
    public IReadOnlyList<Letter> TakeHeld()
    {
        var letters = new List<Letter>();
        while (_held.TryDequeue(out var letter)) letters.Add(letter);
        return letters;
    }

    /// <summary>Delivers what was held, in the order given by <paramref name="shuffle"/>, each so many times.</summary>
    public async Task Release(int copies = 1, Random? shuffle = null)
    {
        var order = TakeHeld().SelectMany(letter => Enumerable.Repeat(letter, copies)).ToArray();
        shuffle?.Shuffle(order);
        foreach (var letter in order) await Deliver(letter);
    }

    /// <summary>Delivers what must be there before the provider answers.</summary>
    public async Task Hurry()
    {
        while (_urgent.TryDequeue(out var letter)) await Deliver(letter);
    }

    /// <summary>Until everything that left by itself was accepted, or given up.</summary>
    public async Task Idle()
    {
        while (!_underWay.IsEmpty) await Task.WhenAll(_underWay.Keys);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Idle();
        _http.Dispose();
        _closing.Dispose();
    }

    private void Follow(Task task)
    {
        _underWay[task] = 0;
        task.ContinueWith(done => _underWay.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task Insist(Letter letter)
    {
        await Task.Yield();
        for (var copy = 0; copy < Copies; copy++)
        {
            foreach (var pause in Pauses)
            {
                if (await Deliver(letter) is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices) break;
                if (_closing.IsCancellationRequested) return;
                await Task.Delay(pause, _closing.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }
}
