using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Balie.Identity.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Identity.Tests.Tokens;

public sealed class TokenTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private const string Header = """{"alg":"ES256","typ":"at+jwt","kid":"KID"}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>
    /// What a forger has to work with: a good token's parts, the real key (for tokens that are wrong otherwise), and keys of their own.
    /// </summary>
    private sealed record Forge(string Good, SigningKey Key, JsonObject Claims, long Now, ECDsa Stranger, ECDsa WrongCurve)
    {
        public string HeaderOf(string? text = null) => (text ?? Header).Replace("KID", Key.KeyId, StringComparison.Ordinal);

        public string Sign(string header, string payload, Func<byte[], byte[]>? sign = null)
        {
            var signed = $"{Encode(header)}.{Encode(payload)}";
            return $"{signed}.{Base64Url.EncodeToString((sign ?? Key.Sign)(Encoding.ASCII.GetBytes(signed)))}";
        }

        public string With(Action<JsonObject> change)
        {
            var claims = (JsonObject)Claims.DeepClone();
            change(claims);
            return Sign(HeaderOf(), claims.ToJsonString());
        }

        public string Payload => Claims.ToJsonString();

        public string[] Parts => Good.Split('.');
    }

    private static readonly Dictionary<string, Func<Forge, string>> BadTokens = new()
    {
        ["alg none without a signature"] = f => $"{Encode(f.HeaderOf("""{"alg":"none","typ":"at+jwt","kid":"KID"}"""))}.{f.Parts[1]}.",
        ["alg none with the good signature"] = f =>
            $"{Encode(f.HeaderOf("""{"alg":"none","typ":"at+jwt","kid":"KID"}"""))}.{f.Parts[1]}.{f.Parts[2]}",
        ["alg None"] = f => f.Sign(f.HeaderOf("""{"alg":"None","typ":"at+jwt","kid":"KID"}"""), f.Payload),
        ["HS256 with the public key's coordinate as secret"] = f => f.Sign(
            f.HeaderOf("""{"alg":"HS256","typ":"at+jwt","kid":"KID"}"""), f.Payload, data => HMACSHA256.HashData(
                Encoding.ASCII.GetBytes(f.Key.X), data)),
        ["HS256 with the public key's PEM as secret"] = f => f.Sign(
            f.HeaderOf("""{"alg":"HS256","typ":"at+jwt","kid":"KID"}"""), f.Payload, data => HMACSHA256.HashData(
                Encoding.ASCII.GetBytes(Pem(f.Key)), data)),
        ["HS256's signature under ES256's name"] = f =>
            f.Sign(f.HeaderOf(), f.Payload, data => HMACSHA256.HashData(Encoding.ASCII.GetBytes(f.Key.X), data)),
        ["RS256"] = f => f.Sign(f.HeaderOf("""{"alg":"RS256","typ":"at+jwt","kid":"KID"}"""), f.Payload),
        ["ES384"] = f => f.Sign(f.HeaderOf("""{"alg":"ES384","typ":"at+jwt","kid":"KID"}"""), f.Payload),
        ["es256 in small letters"] = f => f.Sign(f.HeaderOf("""{"alg":"es256","typ":"at+jwt","kid":"KID"}"""), f.Payload),
        ["no alg"] = f => f.Sign(f.HeaderOf("""{"typ":"at+jwt","kid":"KID"}"""), f.Payload),
        ["no typ"] = f => f.Sign(f.HeaderOf("""{"alg":"ES256","kid":"KID"}"""), f.Payload),
        ["typ JWT"] = f => f.Sign(f.HeaderOf("""{"alg":"ES256","typ":"JWT","kid":"KID"}"""), f.Payload),
        ["typ of an id token"] = f => f.Sign(f.HeaderOf("""{"alg":"ES256","typ":"id+jwt","kid":"KID"}"""), f.Payload),
        ["no kid"] = f => f.Sign("""{"alg":"ES256","typ":"at+jwt"}""", f.Payload),
        ["an empty kid"] = f => f.Sign("""{"alg":"ES256","typ":"at+jwt","kid":""}""", f.Payload),
        ["an unknown kid"] = f => f.Sign("""{"alg":"ES256","typ":"at+jwt","kid":"nobodys"}""", f.Payload),
        ["a kid that is a path"] = f => f.Sign("""{"alg":"ES256","typ":"at+jwt","kid":"../../../dev/null"}""", f.Payload),
        ["a kid that is SQL"] = f => f.Sign("""{"alg":"ES256","typ":"at+jwt","kid":"' or ''='"}""", f.Payload),
        ["a kid that is a number"] = f => f.Sign("""{"alg":"ES256","typ":"at+jwt","kid":1}""", f.Payload),
        ["a key in the header"] = f => f.Sign(
            f.HeaderOf($$"""{"alg":"ES256","typ":"at+jwt","kid":"KID","jwk":{{PublicJwk(f.Stranger)}}}"""), f.Payload,
            data => f.Stranger.SignData(data, HashAlgorithmName.SHA256)),
        ["a key set's address in the header"] = f =>
            f.Sign(f.HeaderOf("""{"alg":"ES256","typ":"at+jwt","kid":"KID","jku":"https://evil.example/jwks.json"}"""), f.Payload),
        ["a critical extension"] = f => f.Sign(f.HeaderOf("""{"alg":"ES256","typ":"at+jwt","kid":"KID","crit":["exp"]}"""), f.Payload),
        ["an unencoded payload (RFC 7797)"] = f =>
            f.Sign(f.HeaderOf("""{"alg":"ES256","typ":"at+jwt","kid":"KID","b64":false}"""), f.Payload),
        ["alg twice, the good one last"] = f =>
            f.Sign(f.HeaderOf("""{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"KID"}"""), f.Payload),
        ["a header that is not JSON"] = f => f.Sign("not json", f.Payload),
        ["a header that is an array"] = f => f.Sign("[]", f.Payload),
        ["a header that is null"] = f => f.Sign("null", f.Payload),
        ["a header with a byte order mark"] = f => f.Sign("\ufeff" + f.HeaderOf(), f.Payload),
        ["another issuer"] = f => f.With(claims => claims["iss"] = "someone else"),
        ["no issuer"] = f => f.With(claims => claims.Remove("iss")),
        ["another audience"] = f => f.With(claims => claims["aud"] = "another api"),
        ["an audience that is a list"] = f => f.With(claims => claims["aud"] = new JsonArray("balie-api")),
        ["no audience"] = f => f.With(claims => claims.Remove("aud")),
        ["expired a second ago"] = f =>
            f.With(claims => { claims["exp"] = f.Now - 1; claims["nbf"] = f.Now - 900; claims["iat"] = f.Now - 900; }),
        ["expires now"] = f => f.With(claims => claims["exp"] = f.Now),
        ["no expiry"] = f => f.With(claims => claims.Remove("exp")),
        ["an expiry that is text"] = f => f.With(claims => claims["exp"] = "9999999999"),
        ["an expiry with a fraction"] = f => f.With(claims => claims["exp"] = f.Now + 900.5),
        ["an expiry beyond 64 bits"] = f =>
            f.Sign(f.HeaderOf(), f.Payload.Replace($"\"exp\":{f.Claims["exp"]}", "\"exp\":99999999999999999999", StringComparison.Ordinal)),
        ["not yet valid"] = f => f.With(claims => claims["nbf"] = f.Now + 60),
        ["issued in the future"] = f => f.With(claims => claims["iat"] = f.Now + 60),
        ["expires before it begins"] = f => f.With(claims => { claims["nbf"] = f.Now + 4; claims["exp"] = f.Now + 3; }),
        ["no subject"] = f => f.With(claims => claims.Remove("sub")),
        ["a subject that is no id"] = f => f.With(claims => claims["sub"] = "admin"),
        ["another person's id"] = f => f.With(claims => claims["sub"] = Guid.NewGuid().ToString()),
        ["a session that does not exist"] = f => f.With(claims => claims["sid"] = Guid.NewGuid().ToString()),
        ["an extra claim"] = f => f.With(claims => claims["role"] = "owner"),
        ["a claim twice"] = f =>
            f.Sign(f.HeaderOf(), f.Payload.Replace("{", "{\"sub\":\"00000000-0000-0000-0000-000000000000\",", StringComparison.Ordinal)),
        ["a payload that is not JSON"] = f => f.Sign(f.HeaderOf(), "not json"),
        ["a payload that is null"] = f => f.Sign(f.HeaderOf(), "null"),
        ["an empty payload"] = f => f.Sign(f.HeaderOf(), ""),
        ["signed by a stranger"] = f => f.Sign(f.HeaderOf(), f.Payload, data => f.Stranger.SignData(data, HashAlgorithmName.SHA256)),
        ["signed on another curve"] = f => f.Sign(f.HeaderOf(), f.Payload, data => f.WrongCurve.SignData(data, HashAlgorithmName.SHA384)),
        ["a signature in DER"] = f => f.Sign(f.HeaderOf(), f.Payload, data => Der(f.Key, data)),
        ["a signature of zeros"] = f => f.Sign(f.HeaderOf(), f.Payload, _ => new byte[64]),
        ["an empty signature"] = f => $"{f.Parts[0]}.{f.Parts[1]}.",
        ["half a signature"] = f => f.Good[..^43],
        ["one character less"] = f => f.Good[..^1],
        ["one character more"] = f => f.Good + "A",
        ["a changed payload"] = f =>
            $"{f.Parts[0]}.{Encode(f.Payload.Replace("\"iat\":", "\"iat\":1", StringComparison.Ordinal))}.{f.Parts[2]}",
        ["parts swapped"] = f => $"{f.Parts[1]}.{f.Parts[0]}.{f.Parts[2]}",
        ["four parts"] = f => f.Good + ".AAAA",
        ["five parts, as if encrypted"] = f => f.Good + ".AAAA.AAAA",
        ["two parts"] = f => $"{f.Parts[0]}.{f.Parts[1]}",
        ["one part"] = f => f.Parts[0],
        ["only dots"] = _ => "..",
        ["padding"] = f => f.Good + "==",
        ["standard base64 letters"] = f => $"{f.Parts[0]}.{f.Parts[1]}+/.{f.Parts[2]}",
        ["white space inside"] = f => $"{f.Parts[0]}. {f.Parts[1]}.{f.Parts[2]}",
        ["spare bits set in the signature"] = f => f.Good[..^1] + OtherSpelling(f.Good[^1]),
        ["far too long"] = f => f.Good + new string('A', 4_000),
        ["an API key that does not exist"] = _ => "balie_" + new string('A', 43),
        ["rubbish"] = _ => "rubbish",
    };

    public static TheoryData<string> Names => [.. BadTokens.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_bad_token_is_refused(string name)
    {
        var token = BadTokens[name](await Prepare());

        await (await Me(token)).IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct);
    }

    [Fact]
    public async Task The_table_of_bad_tokens_would_be_worth_nothing_if_a_good_one_made_the_same_way_were_refused()
    {
        var forge = await Prepare();

        Assert.Equal(HttpStatusCode.OK, (await Me(forge.Sign(forge.HeaderOf(), forge.Payload))).StatusCode);
        Assert.True(BadTokens.Count >= 40);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic am86c2VjcmV0")]
    [InlineData("Token abc")]
    public async Task A_header_that_is_there_but_means_nothing_is_never_taken_for_a_guest(string header)
    {
        await app.Owner(Ct);
        using var client = app.Client();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);

        // A public route, so a guest would be welcome.
        var answer = await client.Post("/api/v1/auth/logout", new { }, Ct);
        await answer.IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct);
    }

    [Fact]
    public async Task A_good_token_works_from_the_cookie_of_the_pages_too()
    {
        var tokens = await app.LogIn(await app.Account(Ct), Ct);
        using var client = app.Client();
        client.DefaultRequestHeaders.Add("Cookie", $"__Host-balie={tokens.AccessToken}");

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/auth/me", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_token_is_refused_the_moment_it_expires_though_it_is_remembered()
    {
        var tokens = await app.LogIn(await app.Account(Ct), Ct);
        Assert.Equal(HttpStatusCode.OK, (await Me(tokens.AccessToken)).StatusCode);
        app.Clock.Advance(TimeSpan.FromSeconds(899));
        Assert.Equal(HttpStatusCode.OK, (await Me(tokens.AccessToken)).StatusCode);

        app.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.Unauthorized, (await Me(tokens.AccessToken)).StatusCode);
    }

    [Fact]
    public async Task A_new_signing_key_is_published_at_once_signs_a_minute_later_and_loses_no_token()
    {
        var email = await app.Account(Ct);
        var before = await app.LogIn(email, Ct);
        var old = Jwt.KeyIdOf(before.AccessToken);

        var next = await app.Installation.RotateSigningKey(Ct);

        await IdentityApp.Soon(async () => (await PublishedKeyIds()).Contains(next), Ct);
        Assert.Equal(old, Jwt.KeyIdOf((await app.LogIn(email, Ct)).AccessToken));
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(next, Jwt.KeyIdOf((await app.LogIn(email, Ct)).AccessToken));
        Assert.Equal(HttpStatusCode.OK, (await Me(before.AccessToken)).StatusCode);
        app.Clock.Advance(TimeSpan.FromHours(1));
        Assert.DoesNotContain(old, await PublishedKeyIds());
    }

    private async Task<string[]> PublishedKeyIds()
    {
        var published = JsonNode.Parse(await app.Client().GetStringAsync("/.well-known/jwks.json", Ct));
        return [.. published!["keys"]!.AsArray().Select(key => key!["kid"]!.GetValue<string>())];
    }

    private async Task<Forge> Prepare()
    {
        var good = (await app.LogIn(await app.Account(Ct), Ct)).AccessToken;
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(good.Split('.')[1]))!.AsObject();
        var key = await app.Services.GetRequiredService<SigningKeys>().Current(Ct);
        return new Forge(good, key, claims, app.Clock.GetUtcNow().ToUnixTimeSeconds(), ECDsa.Create(ECCurve.NamedCurves.nistP256),
            ECDsa.Create(ECCurve.NamedCurves.nistP384));
    }

    private async Task<HttpResponseMessage> Me(string token)
    {
        using var client = app.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.GetAsync("/api/v1/auth/me", Ct);
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Pem(SigningKey key)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(key.ToPkcs8(), out _);
        return ecdsa.ExportSubjectPublicKeyInfoPem();
    }

    private static byte[] Der(SigningKey key, byte[] data)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(key.ToPkcs8(), out _);
        return ecdsa.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static string PublicJwk(ECDsa key)
    {
        var point = key.ExportParameters(false).Q;
        return $$"""{"kty":"EC","crv":"P-256","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""";
    }

    // The last of 86 characters carries two bits of the signature and four that must be zero.
    private static char OtherSpelling(char last)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return Alphabet[Alphabet.IndexOf(last, StringComparison.Ordinal) + 1];
    }
}
