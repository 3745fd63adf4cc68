using System.Net;
using System.Net.Sockets;

namespace Balie.Kernel;

/// <summary>
/// Which addresses are somebody's on the public internet. Everything else leads to this machine or its neighbours: a request that a
/// stranger named must never reach those. From the IANA special-purpose registries (RFC 6890 and what followed).
/// </summary>
public static class PublicInternet
{
    // Where IPv6 is given out to the public at all; ::1, fe80::, fc00::, ff00::, 64:ff9b:: (NAT64) and mapped ones lie outside.
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // Teredo and its neighbours, documentation, 6to4: the first and last carry an IPv4 address of anybody's choice.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    public static bool Has(IPAddress address)
    {
        // ::ffff:127.0.0.1 is 127.0.0.1 to the operating system.
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily == AddressFamily.InterNetworkV6 && (plain.ScopeId != 0 || !Global6.Contains(plain))) return false;
        return !Special.Any(network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }
}
