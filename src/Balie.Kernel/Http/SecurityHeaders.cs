using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Balie.Kernel;

/// <summary>Metadata: a person looks at this answer in a browser, so it may load our own styles and scripts, and nothing else.</summary>
/// <param name="Refuse">Says no in a way that a person can read; without it they get a problem document.</param>
public sealed record ShownInBrowser(Func<HttpContext, Refusal, Task>? Refuse = null);

/// <summary>Metadata: the answer is the same for every guest, so browsers and proxies may keep it for a while.</summary>
public sealed record CachedFor(TimeSpan Age)
{
    internal StringValues Header { get; } = $"public, max-age={(long)Age.TotalSeconds}";
}

public static class AnswerRules
{
    public static TBuilder ShownInBrowser<TBuilder>(this TBuilder route, Func<HttpContext, Refusal, Task>? refuse = null)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new ShownInBrowser(refuse));

    public static TBuilder CachedFor<TBuilder>(this TBuilder route, TimeSpan age) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new CachedFor(age));
}

/// <summary>
/// Says to browsers and caches what they may do with an answer. An API answer may do nothing and is kept nowhere, unless its route says
/// <see cref="CachedFor"/> and a guest asks; a page may use what we serve ourselves. There is no inline script and so no nonce.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private static readonly StringValues ApiPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    private static readonly StringValues PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "manifest-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
    private static readonly StringValues BrowserPowers =
        "accelerometer=(), camera=(self), geolocation=(), gyroscope=(), microphone=(), payment=(self), usb=()";
    private static readonly StringValues HttpsForAYear = "max-age=31536000; includeSubDomains";
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues SameOrigin = "same-origin";
    private static readonly StringValues NoStore = "no-store";
    private static readonly StringValues WhatGuestsDifferBy = "Authorization, Cookie, X-Api-Key, X-Organisation, Host";

    public Task Invoke(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = NoSniff;
        headers["Referrer-Policy"] = NoReferrer;
        headers["Cross-Origin-Resource-Policy"] = SameOrigin;
        if (http.Request.IsHttps) headers.StrictTransportSecurity = HttpsForAYear;

        var metadata = http.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<ShownInBrowser>() is not null)
        {
            headers.ContentSecurityPolicy = PagePolicy;
            headers["Permissions-Policy"] = BrowserPowers;
            headers["Cross-Origin-Opener-Policy"] = SameOrigin;
        }
        else
        {
            headers.ContentSecurityPolicy = ApiPolicy;
        }

        headers.CacheControl = NoStore;
        if (metadata?.GetMetadata<CachedFor>() is { } cached && !NamesSomeone(http.Request))
        {
            headers.CacheControl = cached.Header;
            headers.Vary = WhatGuestsDifferBy;
        }
        return next(http);
    }

    private static bool NamesSomeone(HttpRequest request) =>
        request.Headers.Authorization.Count > 0 || request.Headers.Cookie.Count > 0 || request.Headers.ContainsKey(Admission.ApiKeyHeader);
}
