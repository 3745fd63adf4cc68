using System.Diagnostics;

namespace Balie.Kernel;

/// <summary>
/// How many people wait for places at this moment. While many do, in the first minutes of a sale, each work that nobody waits for takes a
/// hundredth of the time: tickets and mails of a booking may come half a minute later, the booking itself may not.
/// </summary>
public sealed class Rush
{
    private const int Many = 24;
    private const int PausePerWork = 99;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    // Those who wait are served together: between two batches there are few, and the rush is not over.
    private static readonly TimeSpan Lull = TimeSpan.FromSeconds(1);
    private long _lastManyAt = -(long)Lull.TotalMilliseconds;
    private int _waiting;

    /// <summary>One more waits.</summary>
    /// <returns>How many wait now.</returns>
    public int Begin()
    {
        var waiting = Interlocked.Increment(ref _waiting);
        if (waiting >= Many) Volatile.Write(ref _lastManyAt, Environment.TickCount64);
        return waiting;
    }

    public void End() => Interlocked.Decrement(ref _waiting);

    /// <summary>Leaves the processor to others after having worked for so long, while the rush lasts; at once when there is none.</summary>
    public async Task StepAside(TimeSpan worked, CancellationToken ct)
    {
        var pause = worked * PausePerWork is var share && share < LongestPause ? share : LongestPause;
        var began = Stopwatch.GetTimestamp();
        while (IsOn && Stopwatch.GetElapsedTime(began) < pause) await Task.Delay(BetweenLooks, ct);
    }

    private bool IsOn =>
        Volatile.Read(ref _waiting) >= Many || Environment.TickCount64 - Volatile.Read(ref _lastManyAt) < Lull.TotalMilliseconds;
}
