namespace Balie.Kernel;

/// <summary>
/// How many people wait for places at this moment. While many do, in the first minutes of a sale, each work that nobody waits for takes a
/// twentieth of the time: tickets and mails of a booking may come half a minute later, the booking itself may not.
/// </summary>
public sealed class Rush
{
    private const int Many = 24;
    private const int PausePerWork = 19;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private int _waiting;

    public void Begin() => Interlocked.Increment(ref _waiting);

    public void End() => Interlocked.Decrement(ref _waiting);

    public bool IsOn => Volatile.Read(ref _waiting) >= Many;

    /// <summary>How long to leave the processor to others after having worked for so long; zero while there is no rush.</summary>
    public TimeSpan PauseAfter(TimeSpan worked) =>
        !IsOn ? TimeSpan.Zero : worked * PausePerWork is var pause && pause < LongestPause ? pause : LongestPause;
}
