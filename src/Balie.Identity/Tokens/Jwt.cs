using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Balie.Identity.Tokens;

/// <summary>
/// What an access token says. The address, name and role are not in it: they change, and a token is read by whoever holds it.
/// </summary>
/// <param name="Sub">The person.</param>
/// <param name="Sid">Their session.</param>
internal sealed record Claims(string Iss, string Aud, Guid Sub, Guid Sid, Guid Jti, long Iat, long Nbf, long Exp);

/// <summary>
/// JSON Web Tokens (RFC 7519) in compact form (RFC 7515), signed with ES256 and nothing else: the algorithm is ours, never the token's.
/// A header holds exactly <c>alg</c>, <c>typ</c> and <c>kid</c>, so nothing in it can name another key or a critical extension.
/// See docs/decisions/0005-jwt-by-hand.md.
/// </summary>
internal static class Jwt
{
    public const string Algorithm = "ES256";

    /// <summary>RFC 9068: an access token, so no other token of ours can be taken for one.</summary>
    public const string Type = "at+jwt";

    public const int LongestToken = 1_024;
    private const int SignatureBytes = 64;
    private const int LongestKeyId = 60;

    /// <summary>How far another process's clock may be ahead of ours.</summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(5);

    private sealed record Header(string Alg, string Typ, string Kid);

    public static string Sign(Claims claims, SigningKey key)
    {
        var signed = $"{Encode(new Header(Algorithm, Type, key.KeyId))}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>The key a token claims to be signed with, when it has the form of one of ours; nothing is verified yet.</summary>
    public static string? KeyIdOf(string token)
    {
        if (Parts(token) is not var (header, _, _)) return null;
        return Read<Header>(token.AsSpan(header)) is { Alg: Algorithm, Typ: Type, Kid: { Length: > 0 and <= LongestKeyId } keyId }
            ? keyId
            : null;
    }

    /// <summary>The claims of a token whose signature, issuer, audience and times all hold; null for any other.</summary>
    public static Claims? Verify(string token, SigningKey key, string issuer, string audience, DateTimeOffset now)
    {
        if (KeyIdOf(token) != key.KeyId || Parts(token) is not var (_, payload, _) || !SignatureHolds(token, key.Verify)) return null;
        if (Read<Claims>(token.AsSpan(payload)) is not { } claims || claims.Iss != issuer || claims.Aud != audience) return null;

        var (seconds, leeway) = (now.ToUnixTimeSeconds(), (long)Leeway.TotalSeconds);
        return claims.Exp > seconds && claims.Nbf <= seconds + leeway && claims.Iat <= seconds + leeway && claims.Nbf < claims.Exp
            ? claims
            : null;
    }

    /// <summary>Whether the third part signs the first two, whatever these say.</summary>
    public static bool SignatureHolds(string token, Func<byte[], byte[], bool> verify)
    {
        if (Parts(token) is not var (_, payload, signature) || Decode(token.AsSpan(signature)) is not { Length: SignatureBytes } bytes)
            return false;
        return verify(Encoding.ASCII.GetBytes(token[..payload.End.Value]), bytes);
    }

    private static (Range Header, Range Payload, Range Signature)? Parts(string token)
    {
        if (token.Length > LongestToken) return null;
        var first = token.IndexOf('.', StringComparison.Ordinal);
        var last = token.LastIndexOf('.');
        if (first <= 0 || last <= first + 1 || last == token.Length - 1 || token.IndexOf('.', first + 1) != last) return null;
        return (..first, (first + 1)..last, (last + 1)..token.Length);
    }

    private static string Encode<T>(T part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part, Json.Options));

    // Strict as all our JSON: nothing unknown, nothing twice, nothing missing, numbers as numbers.
    private static T? Read<T>(ReadOnlySpan<char> part) where T : class
    {
        if (Decode(part) is not { } json) return null;
        try { return JsonSerializer.Deserialize<T>(json, Json.Options); }
        catch (JsonException) { return null; }
    }

    // The library is lenient about padding, white space and spare bits; one token has one spelling.
    private static byte[]? Decode(ReadOnlySpan<char> part)
    {
        foreach (var character in part)
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_')) return null;
        if (!Base64Url.IsValid(part)) return null;
        var bytes = Base64Url.DecodeFromChars(part);
        return part.SequenceEqual(Base64Url.EncodeToString(bytes)) ? bytes : null;
    }
}
