using System.Buffers.Text;
using System.Security.Cryptography;

namespace Balie.Ticketing.Tickets;

/// <summary>One of an organisation's keys on curve P-256, by its number there.</summary>
internal sealed class TicketKey
{
    // The library promises nothing about one key used by two threads.
    private readonly Lock _turn = new();
    private readonly ECDsa _key;

    private TicketKey(int number, ECDsa key, DateTimeOffset signsFrom)
    {
        (Number, _key, SignsFrom) = (number, key, signsFrom);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        (X, Y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
    }

    public int Number { get; }
    public string X { get; }
    public string Y { get; }

    /// <summary>It is published from its creation and signs only from here, when devices at the door have fetched it.</summary>
    public DateTimeOffset SignsFrom { get; }

    public static TicketKey Make(int number, DateTimeOffset signsFrom) =>
        new(number, ECDsa.Create(ECCurve.NamedCurves.nistP256), signsFrom);

    public static TicketKey Read(int number, byte[] pkcs8, DateTimeOffset signsFrom)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return new TicketKey(number, key, signsFrom);
    }

    public byte[] ToPkcs8() => _key.ExportPkcs8PrivateKey();

    public void Sign(ReadOnlySpan<byte> data, Span<byte> signature)
    {
        lock (_turn) _key.SignData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        lock (_turn) return _key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
