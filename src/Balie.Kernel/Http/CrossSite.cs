using Microsoft.AspNetCore.Http;

namespace Balie.Kernel;

/// <summary>
/// A browser sends its cookie wherever a foreign page tells it to. So a change that is allowed by a cookie alone must come from our own
/// pages: browsers say so in <c>Sec-Fetch-Site</c>, older ones in <c>Origin</c>. Tokens and API keys are never sent by themselves.
/// </summary>
internal sealed class CrossSite(RequestDelegate next)
{
    public Task Invoke(HttpContext http) => IsForged(http.Request) ? Problems.Write(http, KernelRefusals.CrossSite) : next(http);

    private static bool IsForged(HttpRequest request)
    {
        if (request.Headers.Cookie.Count == 0) return false;
        if (request.Headers.Authorization.Count > 0 || request.Headers.ContainsKey(Admission.ApiKeyHeader)) return false;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)) return false;
        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site) return site is not ["same-origin" or "none"];
        return request.Headers.Origin is { Count: > 0 } origin
            && !(origin is [{ } only] && Uri.TryCreate(only, UriKind.Absolute, out var from)
                && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
