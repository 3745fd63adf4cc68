using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Balie.Kernel;

/// <summary>
/// Gives every answer an <c>X-Request-Id</c>: the caller's own when it is short and plain, ours otherwise. It is the
/// <see cref="HttpContext.TraceIdentifier"/>, so the log lines of the request carry it too.
/// </summary>
internal sealed class RequestIds(RequestDelegate next)
{
    public const string Header = "X-Request-Id";
    private const int Longest = 64;
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    public Task Invoke(HttpContext http)
    {
        if (http.Request.Headers[Header] is [{ Length: > 0 and <= Longest } sent] && !sent.AsSpan().ContainsAnyExcept(Plain))
            http.TraceIdentifier = sent;
        http.Response.Headers[Header] = http.TraceIdentifier;
        return next(http);
    }
}
