using Microsoft.AspNetCore.Http;

namespace Balie.Ticketing.Tickets;

/// <summary>
/// The organisation's public keys (RFC 7517), for whoever verifies ticket codes without asking us. A code names its key by <c>kid</c>;
/// what a key that is missing here signed is not to be trusted.
/// </summary>
internal static class SeeTicketKeys
{
    private const string FiveMinutes = "public, max-age=300";

    public sealed record PublicKey(string Kty, string Crv, string X, string Y, string Use, string Alg, string Kid);

    public sealed record PublicKeys(IReadOnlyList<PublicKey> Keys);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/ticket-keys", Handle).Public();

    public static async Task<Outcome<PublicKeys>> Handle(Caller caller, TicketKeys keys, HttpContext http, CancellationToken ct)
    {
        var published = await keys.Published(caller.OrgId, ct);
        http.Response.Headers.CacheControl = FiveMinutes;
        return new PublicKeys(
            [.. published.Select(key => new PublicKey("EC", "P-256", key.X, key.Y, "sig", "ES256", $"{key.Number}"))]);
    }
}
