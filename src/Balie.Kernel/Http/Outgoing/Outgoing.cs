using System.Net;
using System.Net.Sockets;

namespace Balie.Kernel;

/// <summary>
/// A request to somebody else was refused before a byte of it was sent. An <see cref="HttpClient"/> wraps it in its own exception.
/// </summary>
public sealed class OutgoingRefusedException(string message) : IOException(message);

/// <summary>
/// Requests to addresses that somebody else chose: a webhook's, a link's. Every address that a name resolves to is looked at inside the
/// connection itself, and the connection goes to an address that was looked at, so a name that changes its answer wins nothing. No
/// proxy, no redirects, no cookies, nothing unpacked.
/// </summary>
public static class Outgoing
{
    public const int LongestUrl = 2_000;
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private const int LargestHeadersKilobytes = 16;
    private const int HttpPort = 80;
    private const int HttpsPort = 443;
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(2);

    /// <summary>The address as a program may call it, or why it may not.</summary>
    /// <param name="allowPrivate">For development and tests: http, other ports and addresses of this network as well.</param>
    public static bool TryRead(string text, bool allowPrivate, out Uri url, out string problem)
    {
        problem = "";
        if (text.Length > LongestUrl || !Uri.TryCreate(text, UriKind.Absolute, out var read) || read.Scheme is not ("http" or "https"))
            problem = "Give a whole address, such as https://example.org/webhooks.";
        else if (read.UserInfo.Length > 0) problem = "Leave out names and passwords: the signature proves that a message is ours.";
        else if (read.Fragment.Length > 0) problem = "Leave out what follows the #: it is never sent.";
        else if (!allowPrivate) problem = ProblemOfPublic(read);
        url = problem.Length == 0 && Uri.TryCreate(text, UriKind.Absolute, out var good) ? good : new Uri("about:blank");
        return problem.Length == 0;
    }

    /// <summary>
    /// A handler that reaches the public internet only; made once and shared. <paramref name="resolve"/> replaces the system's resolver.
    /// </summary>
    public static SocketsHttpHandler Handler(bool allowPrivate, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        var ask = resolve ?? Dns.GetHostAddressesAsync;
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = ConnectionLife,
            MaxResponseHeadersLength = LargestHeadersKilobytes,
            ConnectCallback = (context, ct) => Connect(context.DnsEndPoint, allowPrivate, ask, ct),
        };
    }

    private static string ProblemOfPublic(Uri url)
    {
        if (url.Scheme != "https") return "Only https is called.";
        if (url.Port is not (HttpPort or HttpsPort)) return "Only the usual port is called.";
        return IPAddress.TryParse(url.IdnHost, out var address) && !PublicInternet.Has(address)
            ? "This is not an address on the public internet."
            : "";
    }

    private static async ValueTask<Stream> Connect(
        DnsEndPoint to, bool allowPrivate, Func<string, CancellationToken, Task<IPAddress[]>> resolve, CancellationToken ct)
    {
        var addresses = IPAddress.TryParse(to.Host, out var literal) ? [literal] : await resolve(to.Host, ct);
        // One that is not public among others is a trap as well: which of them is used first is not ours to choose.
        if (addresses.Length == 0) throw new OutgoingRefusedException("The name leads nowhere.");
        if (!allowPrivate && !addresses.All(PublicInternet.Has))
            throw new OutgoingRefusedException("The name leads to an address that is not on the public internet.");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, to.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
