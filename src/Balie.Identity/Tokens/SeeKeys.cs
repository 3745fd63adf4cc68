using Microsoft.AspNetCore.Http;

namespace Balie.Identity.Tokens;

/// <summary>The public keys (RFC 7517), for whoever verifies our tokens without asking us.</summary>
internal static class SeeKeys
{
    private const string FiveMinutes = "public, max-age=300";

    public sealed record PublicKey(string Kty, string Crv, string X, string Y, string Use, string Alg, string Kid);

    public sealed record PublicKeys(IReadOnlyList<PublicKey> Keys);

    public static void Map(IEndpointRouteBuilder root) => root.MapGet("/.well-known/jwks.json", Handle);

    public static async Task<IResult> Handle(SigningKeys keys, HttpContext http, CancellationToken ct)
    {
        http.Response.Headers.CacheControl = FiveMinutes;
        var published = await keys.Published(ct);
        return Results.Json(
            new PublicKeys([.. published.Select(key => new PublicKey("EC", "P-256", key.X, key.Y, "sig", Jwt.Algorithm, key.KeyId))]),
            Json.Options, "application/jwk-set+json");
    }
}
