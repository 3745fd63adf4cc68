using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Balie.Kernel;

/// <summary>
/// Metadata: who may use an endpoint. A test refuses an API route without it (Balie.Tests), and such a route refuses everybody.
/// </summary>
public sealed record Access(bool SignedIn, Permission? Permission);

/// <summary>The words a slice's <c>Map</c> ends with.</summary>
public static class AccessRules
{
    /// <summary>Guests are welcome.</summary>
    public static TBuilder Public<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new Access(false, null));

    /// <summary>Any signed-in person or API key.</summary>
    public static TBuilder SignedIn<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new Access(true, null));

    /// <summary>A role or API key with this permission.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder route, Permission permission) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new Access(true, permission));

    /// <summary>Answers 201 instead of 200, and wants an Idempotency-Key.</summary>
    public static TBuilder Creates<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new AnswersWith(StatusCodes.Status201Created), new WantsIdempotencyKey());

    /// <summary>Has an effect that must not happen twice, and wants an Idempotency-Key.</summary>
    public static TBuilder Idempotent<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new WantsIdempotencyKey());
}

/// <summary>Which organisation a page is of, where the host name does not say: nobody can put a header into a link.</summary>
public static class LinkedOrganisation
{
    public const string Parameter = "organisation";

    /// <summary>What the page's own address names; null when it names none.</summary>
    public static string? Of(HttpContext http) => http.Request.Query[Parameter] is [{ Length: > 0 } named] ? named : null;

    /// <summary>An address of ours, for somebody of this organisation.</summary>
    public static string Within(string path, string? slugOrId) =>
        slugOrId is null ? path : $"{path}{(path.Contains('?') ? '&' : '?')}{Parameter}={Uri.EscapeDataString(slugOrId)}";
}

/// <summary>Finds organisation and caller of a request, counts it, and lets through who may use the endpoint.</summary>
internal sealed class Admission(RequestDelegate next, ICallers callers, IEnumerable<IOwnCredentials> own, RateLimits limits)
{
    public const string OrganisationHeader = "X-Organisation";
    public const string ApiKeyHeader = "X-Api-Key";
    public const string SessionCookie = "__Host-balie";
    private const string BearerPrefix = "Bearer ";

    private readonly IOwnCredentials[] _own = [.. own];

    public async Task Invoke(HttpContext http)
    {
        var access = http.GetEndpoint()?.Metadata.GetMetadata<Access>();
        if (access is null)
        {
            // Outside the API stand health checks and pages for everyone; within it, a forgotten rule must not be an open door.
            if (http.GetEndpoint() is RouteEndpoint && http.Request.Path.StartsWithSegments("/api"))
                await Problems.Write(http, KernelRefusals.Forbidden);
            else if (limits.CountAddress(http) is { } tooOften)
                await Problems.Write(http, tooOften);
            else
                await next(http);
            return;
        }
        var refusal = await Admit(http, access, isPage: http.GetEndpoint()?.Metadata.GetMetadata<ShownInBrowser>() is not null);
        // Refused or not, it counts: tokens and permissions are guessed at the door.
        if (limits.Count(http) is { } tooMany) refusal = tooMany;
        if (refusal is not null) await Problems.Write(http, refusal);
        else await next(http);
    }

    private async ValueTask<Refusal?> Admit(HttpContext http, Access access, bool isPage)
    {
        var named = http.Request.Headers[OrganisationHeader];
        if (named.Count > 1) return KernelRefusals.Malformed;
        var asked = named.Count == 1 ? named[0] : isPage ? LinkedOrganisation.Of(http) : null;
        if (await callers.FindOrganisation(asked, http.Request.Host.Host, http.RequestAborted) is not { } orgId)
            return KernelRefusals.OrganisationNotFound;

        var caller = Caller.Guest(orgId);
        if (Shown(http) is { } credential)
        {
            // Whoever follows a link long after they signed in is a guest again, not somebody who did something wrong.
            if (await Recognise(credential, orgId, http.RequestAborted) is { } recognised) caller = recognised;
            else if (!isPage || credential.Kind != CredentialKind.Cookie) return KernelRefusals.Unauthenticated;
        }
        http.Features.Set(caller);
        if (access.SignedIn && caller.IsGuest) return KernelRefusals.Unauthenticated;
        if (access.Permission is { } permission && !caller.May(permission)) return KernelRefusals.Forbidden;
        return null;
    }

    private ValueTask<Caller?> Recognise(Credential credential, Guid orgId, CancellationToken ct)
    {
        if (credential.Kind != CredentialKind.Cookie)
            foreach (var kind in _own)
                if (credential.Value.StartsWith(kind.Prefix, StringComparison.Ordinal))
                    return kind.Recognise(credential.Value, orgId, ct);
        return callers.Recognise(credential, orgId, ct);
    }

    // A header that is there but not understood is an empty bearer: refused, never taken for a guest.
    private static Credential? Shown(HttpContext http)
    {
        var authorization = http.Request.Headers.Authorization;
        if (authorization.Count > 0) return new Credential(CredentialKind.Bearer, BearerOf(authorization));
        if (http.Request.Headers[ApiKeyHeader] is { Count: > 0 } key)
            return new Credential(CredentialKind.ApiKey, key.Count == 1 ? key[0] ?? "" : "");
        return http.Request.Cookies[SessionCookie] is { Length: > 0 } cookie ? new Credential(CredentialKind.Cookie, cookie) : null;
    }

    private static string BearerOf(StringValues authorization) =>
        authorization is [{ } only] && only.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)
            ? only[BearerPrefix.Length..].Trim()
            : "";
}
