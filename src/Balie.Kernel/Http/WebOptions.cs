using System.Net;
using Microsoft.Extensions.Configuration;

namespace Balie.Kernel;

/// <summary>What an installation says about its place on the network: the section <c>Balie</c> of the configuration.</summary>
public sealed class WebOptions
{
    /// <summary>
    /// Where people reach this installation: <c>https://tickets.example.org</c>. Links are made from it, never from a request.
    /// </summary>
    public Uri? PublicAddress { get; set; }

    /// <summary>The host names answered here; none means any, because organisations bring their own.</summary>
    public string[] Hosts { get; set; } = [];

    /// <summary>Addresses or networks (<c>10.0.0.0/8</c>) whose <c>X-Forwarded-For</c> and <c>-Proto</c> are believed.</summary>
    public string[] Proxies { get; set; } = [];

    /// <summary>Who may read <c>/metrics</c> besides this machine, as addresses or networks.</summary>
    public string[] MetricsReaders { get; set; } = [];

    public CrossOrigin Cors { get; set; } = new();

    /// <summary>How long to go on serving after a stop was asked for, so that load balancers see <c>/ready</c> refuse first.</summary>
    public TimeSpan Drain { get; set; } = TimeSpan.Zero;

    public sealed class CrossOrigin
    {
        /// <summary>Web pages of these origins (<c>https://www.example.org</c>) may call the API from a browser.</summary>
        public string[] Origins { get; set; } = [];
    }

    public static WebOptions Read(IConfiguration config)
    {
        var options = config.GetSection("Balie").Get<WebOptions>() ?? new WebOptions();
        if (options.PublicAddress is { } address && (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https")))
            throw new InvalidOperationException("Balie:PublicAddress must be a whole address, such as https://tickets.example.org.");
        foreach (var origin in options.Cors.Origins)
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var parsed) || parsed.GetLeftPart(UriPartial.Authority) != origin)
                throw new InvalidOperationException(
                    $"Balie:Cors:Origins must hold origins such as https://www.example.org; '{origin}' is none.");
        _ = Networks("Balie:Proxies", options.Proxies);
        _ = Networks("Balie:MetricsReaders", options.MetricsReaders);
        return options;
    }

    /// <summary>Addresses and networks alike as networks; the key names the culprit to the operator.</summary>
    internal static IPNetwork[] Networks(string key, string[] written) => [.. written.Select(text =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new InvalidOperationException($"{key} must hold addresses or networks such as 10.0.0.0/8; '{text}' is neither."))];
}
