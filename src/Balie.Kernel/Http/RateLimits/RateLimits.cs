using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Balie.Kernel;

/// <summary>
/// Who may ask how often: a guest per address (an IPv6 household is one /64), a person wherever they are, an organisation's API keys
/// together by its tier. Whoever shows a credential that is not valid counts as a guest, so that guessing is limited too.
/// </summary>
internal sealed class RateLimits(RateLimitOptions options, RateCounters counters, IHostEnvironment environment)
{
    public const string PlusTier = "plus";
    public const string PremiumTier = "premium";
    public const string RemainingHeader = "RateLimit";
    public const string PolicyHeader = "RateLimit-Policy";

    private static readonly Counter<long> Refused =
        Instruments.Meter.CreateCounter<long>("balie.rate_limit.refused", "{request}", "Requests of callers who asked too often.");

    private readonly RatePolicy _anonymous =
        new("anonymous", options.AnonymousIn(environment.IsProduction()), RateLimitOptions.PersonsWindow);
    private readonly RatePolicy _user = new("user", options.User, RateLimitOptions.PersonsWindow);
    private readonly RatePolicy _device = new("device", options.Device, RateLimitOptions.PersonsWindow);
    private readonly RatePolicy _webhooks = new("webhooks", options.Webhooks, RateLimitOptions.WebhooksWindow);
    private readonly RatePolicy _standard = new("standard", options.Standard, RateLimitOptions.OrganisationsWindow);
    private readonly RatePolicy _plus = new(PlusTier, options.Plus, RateLimitOptions.OrganisationsWindow);
    private readonly RatePolicy _premium = new(PremiumTier, options.Premium, RateLimitOptions.OrganisationsWindow);

    /// <summary>Counts this request and says so in its answer's headers; a refusal when it is one too many.</summary>
    public Refusal? Count(HttpContext http)
    {
        if (!options.Enabled) return null;
        var caller = http.Features.Get<Caller>();
        var now = Stopwatch.GetTimestamp();
        if (Take(http, KeyOf(http, caller), now) is { } refusal) return refusal;
        return http.GetEndpoint()?.Metadata.GetMetadata<OwnLimit>() is { } own
            ? Take(http, new RateKey(own.Policy, caller is null or { IsGuest: true } ? Address(http) : IdOf(caller.Identity)), now)
            : null;
    }

    /// <summary>The same outside the API, for the routes that say so.</summary>
    public Refusal? CountAddress(HttpContext http) =>
        options.Enabled && http.GetEndpoint()?.Metadata.GetMetadata<CountedPerAddress>() is { } counted
            ? Take(http, new RateKey(counted.IsForProviders ? _webhooks : _anonymous, Address(http)), Stopwatch.GetTimestamp())
            : null;

    private Refusal? Take(HttpContext http, RateKey key, long now)
    {
        var taken = counters.Take(key, now);
        var headers = http.Response.Headers;
        headers[PolicyHeader] = key.Policy.Header;
        headers[RemainingHeader] = string.Create(
            CultureInfo.InvariantCulture, $"\"{key.Policy.Name}\";r={taken.Remaining};t={RateCounters.Seconds(taken.UntilFull)}");
        if (taken.Allowed) return null;
        Refused.Add(1, new KeyValuePair<string, object?>("policy", key.Policy.Name));
        return KernelRefusals.TooManyRequests.After(TimeSpan.FromSeconds(RateCounters.Seconds(taken.UntilNext)));
    }

    private RateKey KeyOf(HttpContext http, Caller? caller) => caller?.Kind switch
    {
        CallerKind.User => new RateKey(_user, IdOf(caller.Identity)),
        CallerKind.Device => new RateKey(_device, IdOf(caller.Identity)),
        CallerKind.ApiKey => new RateKey(PolicyOf(caller.Tier), IdOf(caller.OrgId)),
        _ => new RateKey(_anonymous, Address(http)),
    };

    // An organisation without a tier of its own is a standard one.
    private RatePolicy PolicyOf(string tier) => tier switch
    {
        PlusTier => _plus,
        PremiumTier => _premium,
        _ => _standard,
    };

    private static UInt128 IdOf(Guid id) => Unsafe.BitCast<Guid, UInt128>(id);

    // A connection over a Unix socket has no address: whoever may open it is one caller.
    private static UInt128 Address(HttpContext http) => http.Connection.RemoteIpAddress is { } address ? AddressId(address) : UInt128.Zero;

    internal static UInt128 AddressId(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        if (address.IsIPv4MappedToIPv6) bytes[12..].CopyTo(bytes);
        if (address.IsIPv4MappedToIPv6) bytes[4..].Clear();
        else if (address.AddressFamily == AddressFamily.InterNetworkV6) bytes[8..].Clear();
        return MemoryMarshal.Read<UInt128>(bytes);
    }
}
