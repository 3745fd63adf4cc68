using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Balie.Identity.Tokens;

/// <summary>One key of the installation, on curve P-256. Its id is its thumbprint (RFC 7638), so nobody can choose it.</summary>
internal sealed class SigningKey
{
    // The library promises nothing about one key used by two threads; verified tokens are remembered, so this is not a hot path.
    private readonly Lock _turn = new();
    private readonly ECDsa _key;

    private SigningKey(ECDsa key, DateTimeOffset signsFrom)
    {
        (_key, SignsFrom) = (key, signsFrom);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        (X, Y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        KeyId = Base64Url.EncodeToString(
            SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""")));
    }

    public string KeyId { get; }
    public string X { get; }
    public string Y { get; }

    /// <summary>It is published from its creation, and signs only from here, when every process has heard of it.</summary>
    public DateTimeOffset SignsFrom { get; }

    public static SigningKey Make(DateTimeOffset signsFrom) => new(ECDsa.Create(ECCurve.NamedCurves.nistP256), signsFrom);

    public static SigningKey Read(byte[] pkcs8, DateTimeOffset signsFrom)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return new SigningKey(key, signsFrom);
    }

    public byte[] ToPkcs8() => _key.ExportPkcs8PrivateKey();

    public byte[] Sign(byte[] data)
    {
        lock (_turn) return _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public bool Verify(byte[] data, byte[] signature)
    {
        lock (_turn) return _key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
