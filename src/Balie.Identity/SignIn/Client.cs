using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Balie.Identity.SignIn;

/// <summary>Where a request comes from, as far as we can tell; bound as a handler's parameter.</summary>
/// <param name="Address">An IPv4 address, or the /64 network of an IPv6 one: a household has a whole network of those.</param>
/// <param name="Agent">What the browser or program calls itself, cut to size.</param>
internal sealed record Client(string Address, string Agent)
{
    private const int LongestAgent = 200;
    private const int NetworkBytes = 8;

    /// <summary>Tells two requests of one browser from those of two.</summary>
    public byte[] Fingerprint => SHA256.HashData(Encoding.UTF8.GetBytes($"{Address}\n{Agent}"));

    public static Client Of(HttpContext http)
    {
        var agent = Json.Clean(http.Request.Headers.UserAgent.ToString()) ?? "";
        return new Client(Name(http.Connection.RemoteIpAddress), agent.Length <= LongestAgent ? agent : agent[..LongestAgent]);
    }

    public static ValueTask<Client?> BindAsync(HttpContext http, ParameterInfo _) => ValueTask.FromResult<Client?>(Of(http));

    private static string Name(IPAddress? address)
    {
        if (address is null) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        var network = address.GetAddressBytes();
        network.AsSpan(NetworkBytes).Clear();
        return $"{new IPAddress(network)}/64";
    }
}
