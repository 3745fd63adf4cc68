namespace Balie.Kernel;

/// <summary>The section <c>Balie:RateLimits</c>. See docs/decisions/0009-rate-limits.md.</summary>
public sealed class RateLimitOptions
{
    public static readonly TimeSpan PersonsWindow = TimeSpan.FromMinutes(15);
    public static readonly TimeSpan WebhooksWindow = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan OrganisationsWindow = TimeSpan.FromHours(1);
    private const int AnonymousInProduction = 100;
    private const int AnonymousElsewhere = 1_000;

    /// <summary>Off only where a load generator stands at the door.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Per address and 15 minutes; 100 in production and 1,000 elsewhere unless set.</summary>
    public int? Anonymous { get; set; }

    /// <summary>Per signed-in person and 15 minutes, whatever address they come from.</summary>
    public int User { get; set; } = 1_000;

    /// <summary>Per device at the door and 15 minutes: a busy gate lets somebody in every second.</summary>
    public int Device { get; set; } = 10_000;

    /// <summary>Per organisation and hour, for its API keys together.</summary>
    public int Standard { get; set; } = 1_000;
    public int Plus { get; set; } = 5_000;
    public int Premium { get; set; } = 10_000;

    /// <summary>Per address and minute at the doors for providers' webhooks: far above any burst, far below an attack.</summary>
    public int Webhooks { get; set; } = 30_000;

    /// <summary>Whether processes on one database count together, a second behind.</summary>
    public bool Shared { get; set; } = true;

    internal int AnonymousIn(bool production) => Anonymous ?? (production ? AnonymousInProduction : AnonymousElsewhere);
}
