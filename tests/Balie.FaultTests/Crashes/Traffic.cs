using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Balie.FaultTests.Crashes;

/// <summary>People who keep coming, and a watchman who looks at <c>/health</c> and <c>/ready</c>, until told to stop.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    public const int AtOnce = 40;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BetweenVisitors = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentQueue<Told> _told = new();
    private readonly ConcurrentBag<Visitor> _visitors = [];
    private readonly ConcurrentQueue<(string Path, HttpStatusCode Status, long BeganAt, TimeSpan Took)> _looks = new();
    private readonly Task _running;
    private readonly Show _show;
    private readonly Func<HttpClient> _at;
    private readonly CancellationToken _ct;
    private int _number;

    private Traffic(Show show, Func<HttpClient> at, bool watched, CancellationToken ct)
    {
        (_show, _at, _ct) = (show, at, ct);
        var people = Enumerable.Range(0, AtOnce).Select(_ => Come());
        _running = Task.WhenAll(watched ? [.. people, Look("/health"), Look("/ready")] : [.. people]);
    }

    /// <summary>Every answer so far.</summary>
    public IReadOnlyCollection<Told> Told => _told;

    public Visitor[] Visitors => [.. _visitors];

    public IReadOnlyCollection<(string Path, HttpStatusCode Status, long BeganAt, TimeSpan Took)> Looks => _looks;

    public static Traffic To(Show show, BalieProcess at, CancellationToken ct) => new(show, () => at.Http, watched: true, ct);

    /// <summary>Nobody watches: there is more than one process to go to.</summary>
    public static Traffic To(Show show, Func<HttpClient> at, CancellationToken ct) => new(show, at, watched: false, ct);

    /// <summary>Returns when so many bookings that began after a moment were confirmed.</summary>
    public Task Flows(long after, int count, CancellationToken ct, int seconds = 30) =>
        Truth.Until(() => Task.FromResult(_told.Count(told => told.Booked && told.BeganAt > after) >= count),
            $"{count} bookings are confirmed", ct, seconds);

    /// <summary>Lets everybody finish what they began.</summary>
    public async Task Stop()
    {
        await _closing.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _closing.Dispose();
    }

    private async Task Come()
    {
        while (!_closing.IsCancellationRequested)
        {
            var visitor = new Visitor(_show, $"gast{Interlocked.Increment(ref _number)}");
            _visitors.Add(visitor);
            await visitor.Insist(_at, _ct, _told.Enqueue);
            await Task.Delay(BetweenVisitors, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Look(string path)
    {
        while (!_closing.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await _at().GetAsync(new Uri(path, UriKind.Relative), _ct);
            _looks.Enqueue((path, answer.StatusCode, began, Stopwatch.GetElapsedTime(began)));
            await Task.Delay(BetweenLooks, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
