using System.Buffers.Text;
using System.Security.Cryptography;
using Balie.Identity.Tokens;

namespace Balie.Identity.Tests.Tokens;

/// <summary>The ES256 example of RFC 7515, appendix A.3: the key and the token are the RFC's own.</summary>
public sealed class PublishedVectorTests
{
    private const string Token =
        "eyJhbGciOiJFUzI1NiJ9"
        + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    private static ECDsa Key() => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint
        {
            X = Base64Url.DecodeFromChars("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
            Y = Base64Url.DecodeFromChars("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
        },
    });

    private static bool Holds(string token)
    {
        using var key = Key();
        return Jwt.SignatureHolds(token, (data, signature) => key.VerifyData(data, signature, HashAlgorithmName.SHA256));
    }

    [Fact]
    public void The_signature_of_the_RFC_holds() => Assert.True(Holds(Token));

    [Fact]
    public void It_does_not_hold_when_one_letter_of_the_payload_differs() =>
        Assert.False(Holds(Token.Replace("eyJpc3Mi", "eyJpc3Nj", StringComparison.Ordinal)));

    [Fact]
    public void It_does_not_hold_when_one_letter_of_the_signature_differs() =>
        Assert.False(Holds(Token.Replace(".DtEh", ".DtEi", StringComparison.Ordinal)));

    [Fact]
    public void A_token_that_is_well_signed_but_not_of_our_type_is_none_of_ours() => Assert.Null(Jwt.KeyIdOf(Token));
}
