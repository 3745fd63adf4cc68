namespace Balie.Notifications.Deliveries;

/// <summary>When a delivery is tried again: eleven attempts over three days.</summary>
internal static class Schedule
{
    /// <summary>A tenth either way, so that what failed together does not come back together.</summary>
    public const double Jitter = 0.1;

    /// <summary>A receiver may ask for patience, but not for ever.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromDays(1);

    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
        TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(18), TimeSpan.FromHours(22),
    ];

    public static int Attempts => Pauses.Length + 1;

    /// <summary>The pause after this many tries have failed; null when they were the last.</summary>
    /// <param name="chance">From 0 to 1.</param>
    public static TimeSpan? PauseAfter(int tries, TimeSpan? retryAfter, double chance)
    {
        if (tries >= Attempts) return null;
        var pause = Pauses[tries - 1] * (1 - Jitter + 2 * Jitter * chance);
        if (retryAfter is not { } asked || asked <= pause) return pause;
        return asked < LongestRetryAfter ? asked : LongestRetryAfter;
    }
}
