using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Primitives;

namespace Balie.Kernel;

/// <summary>
/// So many requests per window, as a bucket that starts full and fills evenly: a burst may take the whole quota at once, and then one
/// request comes free every <c>window ÷ quota</c>. Compared by reference, so make each one once.
/// </summary>
public sealed class RatePolicy
{
    public RatePolicy(string name, int quota, TimeSpan window)
    {
        if (quota < 1 || window <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(quota), $"The rate limit {name} must allow at least one request.");
        (Name, Quota) = (name, quota);
        Interval = Math.Max(1, (long)(window.TotalSeconds / quota * Stopwatch.Frequency));
        Window = Interval * quota;
        Header = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={quota};w={(long)Math.Ceiling(window.TotalSeconds)}");
    }

    public string Name { get; }
    public int Quota { get; }

    /// <summary>The value of <c>RateLimit-Policy</c>, IETF draft-ietf-httpapi-ratelimit-headers.</summary>
    internal StringValues Header { get; }

    /// <summary>In ticks of the monotonic clock, as <see cref="Window"/>.</summary>
    internal long Interval { get; }

    internal long Window { get; }
}

/// <summary>Metadata: this route is costly or attacked, and has a limit of its own besides the caller's general one.</summary>
public sealed record OwnLimit(RatePolicy Policy);

/// <summary>
/// Metadata: this route stands outside the API, where nobody is recognised, and is counted per address: with the guests' requests, or those
/// of providers, which come in bursts, by a limit of their own.
/// </summary>
public sealed record CountedPerAddress(bool IsForProviders);

public static class RateRules
{
    /// <summary>A page at the root: counted as a guest's request.</summary>
    public static TBuilder Counted<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new CountedPerAddress(IsForProviders: false));

    /// <summary>A door for providers' webhooks: whoever is refused there tries again after <c>Retry-After</c>.</summary>
    public static TBuilder CountedForProviders<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new CountedPerAddress(IsForProviders: true));

    public static TBuilder Limited<TBuilder>(this TBuilder route, RatePolicy policy) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new OwnLimit(policy));
}
