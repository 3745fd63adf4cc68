namespace Balie.Kernel;

/// <summary>
/// The refusals of the ground itself: the same words on every route. Codes are public API: add, never rename, never reuse.
/// </summary>
public static class KernelRefusals
{
    public static readonly Refusal Malformed =
        Refusal.Malformed("kernel.malformed", "The request cannot be read. Check its syntax and try again.");
    public static readonly Refusal AddressUnreadable =
        Refusal.Malformed("kernel.address_unreadable", "The address holds control characters or is not percent-encoded UTF-8.");
    public static readonly Refusal HostUnknown =
        Refusal.Malformed("kernel.host_unknown", "This installation does not answer for that host name.");
    public static readonly Refusal CompressedBody =
        new("kernel.unsupported_encoding", 415, "Unsupported encoding", "Send the body as it is, without Content-Encoding.");
    public static readonly Refusal Conflict =
        Refusal.Conflict("kernel.conflict", "This contradicts what is already there. Read the current state and try again.");
    public static readonly Refusal CrossSite =
        Refusal.Forbidden("kernel.cross_site", "This request came from another web site. Open the page here and try again.");
    public static readonly Refusal Unauthenticated =
        Refusal.Unauthenticated("kernel.unauthenticated", "Sign in, or send a valid access token or API key.");
    public static readonly Refusal Forbidden =
        Refusal.Forbidden("kernel.forbidden", "Your role does not allow this. Ask an administrator of the organisation.");
    public static readonly Refusal RouteNotFound = Refusal.NotFound("kernel.not_found", "There is nothing at this address.");
    public static readonly Refusal OrganisationNotFound =
        Refusal.NotFound("kernel.organisation_not_found",
            "There is no such organisation. Check the X-Organisation header or the host name.");
    public static readonly Refusal Invalid = Refusal.Invalid("kernel.invalid", "Some values are not valid. See errors.");

    public static readonly Refusal IdempotencyKeyRequired =
        Refusal.Malformed("kernel.idempotency_key_required",
            "Send a header Idempotency-Key with a new UUID, and the same one when you try again.");
    public static readonly Refusal IdempotencyKeyMalformed =
        Refusal.Malformed("kernel.idempotency_key_malformed", "The header Idempotency-Key must be one UUID, bare or in double quotes.");
    public static readonly Refusal IdempotencyKeyReused =
        Refusal.Invalid("kernel.idempotency_key_reused",
            "This Idempotency-Key was used for another request. Send a new UUID for a new request.");
    public static readonly Refusal IdempotencyInProgress =
        Refusal.Conflict("kernel.idempotency_in_progress",
            "The first request with this Idempotency-Key is still running. Try again in a second with the same key.")
            .After(TimeSpan.FromSeconds(1));

    public static readonly Refusal CursorMalformed =
        Refusal.Malformed("kernel.cursor_malformed", "The cursor is not one of ours. Start again without it.").At("cursor");
    public static readonly Refusal LimitOutOfRange =
        Refusal.Malformed("kernel.limit_out_of_range", $"Ask for 1 to {Paging.LargestLimit} rows at a time.").At("limit");
    public static readonly Refusal VersionRequired =
        new("kernel.version_required", 428, "Version required", "Send the ETag of the version you edited in the header If-Match.");
    public static readonly Refusal VersionChanged =
        new("kernel.version_changed", 412, "Changed meanwhile",
            "Somebody else changed this meanwhile. Read it again and repeat your change.");

    public static readonly Refusal TooManyRequests =
        new("kernel.too_many_requests", 429, "Too many requests", "You are asking too often. Wait for the time in Retry-After.");
    public static readonly Refusal Unavailable =
        new Refusal("kernel.unavailable", 503, "Temporarily unavailable",
            "The database cannot be reached just now. Nothing was lost: try again with the same Idempotency-Key.")
            .After(TimeSpan.FromSeconds(1));
    public static readonly Refusal NotReady =
        new Refusal("kernel.not_ready", 503, "Not ready", "Send requests elsewhere for now.").After(TimeSpan.FromSeconds(1));
    public static readonly Refusal Broken =
        new("kernel.broken", 500, "Something broke", "This is our fault, and it was recorded. Mention the traceId when you report it.");

    /// <summary>For a status that the server itself chose (404 of the router, 405, 413, 415, 431 …).</summary>
    public static Refusal ForStatus(int status) => status switch
    {
        400 => Malformed,
        401 => Unauthenticated,
        403 => Forbidden,
        404 => RouteNotFound,
        405 => new("kernel.method_not_allowed", 405, "Method not allowed", "This address does not take this method. See the header Allow."),
        406 => new("kernel.not_acceptable", 406, "Not acceptable", "This address answers application/json."),
        408 => new("kernel.too_slow", 408, "Too slow", "The request did not arrive in time."),
        413 => new("kernel.too_large", 413, "Too large", "The request body is too large."),
        414 => new("kernel.url_too_long", 414, "Address too long", "The address is too long."),
        415 => new("kernel.unsupported_media_type", 415, "Unsupported media type", "Send the body as application/json."),
        429 => TooManyRequests,
        431 => new("kernel.headers_too_large", 431, "Headers too large", "The request headers are too large."),
        503 => Unavailable,
        >= 400 and < 500 => Malformed with { Status = status },
        _ => Broken,
    };
}
