using Balie.Payments.Providers;

namespace Balie.Payments.Attempts;

/// <summary>When a provider is asked about a payment that it told us nothing of: webhooks get lost.</summary>
internal static class PollSchedule
{
    private static readonly TimeSpan[] First = [TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30)];
    private static readonly TimeSpan Later = TimeSpan.FromHours(1);
    private static readonly TimeSpan WhileAuthorised = TimeSpan.FromHours(12);

    /// <summary>Banks are slow: after an attempt expired it is asked about for this long before we take it for expired.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    /// <summary>Two, ten and thirty minutes after the start, then every hour.</summary>
    public static DateTimeOffset Next(DateTimeOffset startedAt, DateTimeOffset now, int polls)
    {
        if (polls < First.Length && startedAt + First[polls] is var early && early > now) return early;
        return First.Select(after => startedAt + after).Where(at => at > now).Append(now + Later).Min();
    }

    /// <summary>The next look at an attempt in this state; null when there is nothing more to wait for.</summary>
    public static DateTimeOffset? Next(AttemptState state, DateTimeOffset startedAt, DateTimeOffset now, int polls) => state switch
    {
        AttemptState.Created or AttemptState.Pending => Next(startedAt, now, polls),
        AttemptState.Authorised => now + WhileAuthorised,
        _ => null,
    };
}
