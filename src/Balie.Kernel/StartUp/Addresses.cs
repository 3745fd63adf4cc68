using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Balie.Kernel;

/// <summary>
/// The addresses a server is to listen at: asked about before any slow work, so that a busy port is the first thing said.
/// </summary>
public static class Addresses
{
    /// <param name="urls">As Kestrel takes them, separated by semicolons.</param>
    /// <exception cref="OperatorException">One is malformed, taken or not ours to take.</exception>
    public static void EnsureFree(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) EnsureOneFree(url);
    }

    /// <summary>What went wrong when the server itself took its addresses, in one sentence.</summary>
    public static OperatorException Taken(string urls, Exception cause) =>
        new($"Balie cannot listen at {urls} ({cause.Message.TrimEnd('.')}): "
            + "choose another address with --urls http://localhost:5050.", cause);

    private static void EnsureOneFree(string url)
    {
        var address = Parse(url);
        // Port 0 is whatever is free, and a Unix socket is replaced.
        if (address.IsUnixPipe || address.Port == 0) return;
        foreach (var ip in Ips(address.Host))
        {
            try
            {
                using var probe = new TcpListener(ip, address.Port);
                probe.Start();
            }
            catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse)
            {
                throw new OperatorException(string.Create(CultureInfo.InvariantCulture,
                    $"Port {address.Port} is in use by another program: stop that one, "
                        + $"or choose another port with --urls http://localhost:{Other(address.Port)}."), taken);
            }
            catch (SocketException forbidden) when (forbidden.SocketErrorCode is SocketError.AccessDenied)
            {
                throw new OperatorException(string.Create(CultureInfo.InvariantCulture,
                    $"This user may not listen at port {address.Port}: "
                        + $"choose one above 1023 with --urls http://localhost:5000."), forbidden);
            }
            catch (SocketException)
            {
                // Whatever else it is (no IPv6 here, say), the server will judge for itself.
            }
        }
    }

    private static BindingAddress Parse(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            if (address.Scheme is "http" or "https") return address;
        }
        catch (FormatException)
        {
            // Said below, in the same words.
        }
        throw new OperatorException($"{url} is not an address to listen at: write --urls http://localhost:5000.");
    }

    private static IPAddress[] Ips(string host) => host switch
    {
        "localhost" => [IPAddress.Loopback],
        _ when IPAddress.TryParse(host.Trim('[', ']'), out var ip) => [ip],
        _ => [IPAddress.Any],
    };

    private static int Other(int port) => port is > 1023 and < 65_000 ? port + 1 : 5050;
}
