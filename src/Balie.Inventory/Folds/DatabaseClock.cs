using System.Diagnostics;

namespace Balie.Inventory.Folds;

/// <summary>
/// The database's clock as last heard, carried on by a monotonic one. Whether a hold has lapsed is the database's to judge, so a jump of
/// this machine's clock must not move it.
/// </summary>
internal sealed class DatabaseClock
{
    private sealed record Anchor(long UtcTicks, long Stopwatch);

    private volatile Anchor? _anchor;

    /// <summary>False until the database first told its time.</summary>
    public bool Started => _anchor is not null;

    /// <summary>To the microsecond, as the database keeps it: what was written and what is read again are the same moment.</summary>
    public DateTimeOffset Now => new(NowTicks - (NowTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    public long NowTicks
    {
        get
        {
            var anchor = _anchor ?? throw new InvalidOperationException("The database has not told its time yet.");
            return anchor.UtcTicks + Stopwatch.GetElapsedTime(anchor.Stopwatch).Ticks;
        }
    }

    /// <summary>What the database just said; it said so a little ago, so this clock runs behind the database's, never ahead.</summary>
    public void Hear(DateTime utc) => _anchor = new Anchor(utc.Ticks, Stopwatch.GetTimestamp());
}
