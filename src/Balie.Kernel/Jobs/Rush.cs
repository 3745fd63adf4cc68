namespace Balie.Kernel;

/// <summary>
/// How many people ask for places at this moment. While hundreds a second do, in the first minutes of a sale, each work that nobody waits
/// for takes a hundredth of the time: tickets and mails of a booking may come half a minute later, the booking itself may not. See
/// docs/decisions/0018-work-that-waits.md.
/// </summary>
public sealed class Rush(TimeProvider clock)
{
    /// <summary>So many in one second are a rush.</summary>
    internal const int Many = 500;
    private const int PausePerWork = 99;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);
    private readonly Lock _turning = new();
    private long _second;
    private int _came;
    private int _cameBefore;

    // Those of this second are not all there yet.
    private bool IsOn
    {
        get
        {
            Turn();
            return Math.Max(Volatile.Read(ref _came), Volatile.Read(ref _cameBefore)) >= Many;
        }
    }

    /// <summary>One more asks.</summary>
    public void Come()
    {
        Turn();
        Interlocked.Increment(ref _came);
    }

    /// <summary>Leaves the processor to others after having worked for so long, while the rush lasts; at once when there is none.</summary>
    public async Task StepAside(TimeSpan worked, CancellationToken ct)
    {
        var pause = worked * PausePerWork is var share && share < LongestPause ? share : LongestPause;
        var began = clock.GetTimestamp();
        while (IsOn && clock.GetElapsedTime(began) < pause) await Task.Delay(BetweenLooks, clock, ct);
    }

    // A count that somebody adds to a second too late harms nobody.
    private void Turn()
    {
        var second = clock.GetTimestamp() / clock.TimestampFrequency;
        if (Volatile.Read(ref _second) == second) return;
        lock (_turning)
        {
            if (_second == second) return;
            Volatile.Write(ref _cameBefore, _second == second - 1 ? Volatile.Read(ref _came) : 0);
            Volatile.Write(ref _came, 0);
            Volatile.Write(ref _second, second);
        }
    }
}
