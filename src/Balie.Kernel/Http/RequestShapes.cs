using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Balie.Kernel;

/// <summary>Metadata: probes ask here by address, whatever hosts this installation answers for.</summary>
internal sealed record AnyHost;

/// <summary>
/// Refuses requests whose shape alone is wrong: two lengths at once (smuggling), methods nobody uses here, a host that is not ours, and
/// addresses with control characters or broken UTF-8, which would otherwise reach the database as text it cannot hold.
/// </summary>
internal sealed class RequestShapes(RequestDelegate next, WebOptions options)
{
    // Kestrel moves the length aside under this name when a transfer coding stands beside it.
    private const string LengthSetAside = "X-Content-Length";
    private const string Methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    private const int LongestOnStack = 512;
    private static readonly FrozenSet<string> Used = Methods.Split(", ").ToFrozenSet(StringComparer.Ordinal);
    private static readonly SearchValues<char> NeedsNoLook = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/?[]{}|^`\"<>\\#");

    private readonly FrozenSet<string> _hosts = options.Hosts.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public Task Invoke(HttpContext http)
    {
        if (Problem(http) is not { } refusal) return next(http);
        if (refusal.Status == StatusCodes.Status405MethodNotAllowed) http.Response.Headers.Allow = Methods;
        // Whatever follows on this connection cannot be trusted either.
        http.Response.Headers.Connection = "close";
        return Problems.Write(http, refusal);
    }

    private Refusal? Problem(HttpContext http)
    {
        var request = http.Request;
        if (!Used.Contains(request.Method)) return KernelRefusals.ForStatus(StatusCodes.Status405MethodNotAllowed);
        if (request.Headers.TransferEncoding.Count > 0 && HasLength(request.Headers)) return KernelRefusals.Malformed;
        if (!IsOurs(request.Host.Host) && http.GetEndpoint()?.Metadata.GetMetadata<AnyHost>() is null) return KernelRefusals.HostUnknown;
        return IsText(Target(http)) ? null : KernelRefusals.AddressUnreadable;
    }

    private static bool HasLength(IHeaderDictionary headers) => headers.ContentLength is not null || headers.ContainsKey(LengthSetAside);

    private bool IsOurs(string host) => _hosts.Count == 0 || _hosts.Contains(host);

    private static string Target(HttpContext http)
    {
        var raw = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return string.IsNullOrEmpty(raw) ? http.Request.Path.ToUriComponent() + http.Request.QueryString : raw;
    }

    /// <summary>True when the percent-encoded text decodes to UTF-8 without control characters.</summary>
    internal static bool IsText(ReadOnlySpan<char> target)
    {
        if (!target.ContainsAnyExcept(NeedsNoLook)) return true;
        var decoded = target.Length <= LongestOnStack ? stackalloc byte[target.Length] : new byte[target.Length];
        var length = 0;
        for (var at = 0; at < target.Length; at++)
        {
            if (target[at] is < ' ' or > '~') return false;
            if (target[at] != '%')
            {
                decoded[length++] = (byte)target[at];
                continue;
            }
            if (at + 2 >= target.Length || !char.IsAsciiHexDigit(target[at + 1]) || !char.IsAsciiHexDigit(target[at + 2])) return false;
            decoded[length++] = (byte)((Digit(target[at + 1]) << 4) | Digit(target[at + 2]));
            at += 2;
        }
        return HoldsNoControls(decoded[..length]);
    }

    private static bool HoldsNoControls(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(text, out var rune, out var consumed) != OperationStatus.Done || Rune.IsControl(rune)) return false;
            text = text[consumed..];
        }
        return true;
    }

    private static int Digit(char hex) => char.IsAsciiDigit(hex) ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
