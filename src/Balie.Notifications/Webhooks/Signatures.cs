using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Balie.Notifications.Webhooks;

/// <summary>Secrets and signatures of Standard Webhooks, version 1: HMAC-SHA256 over id, timestamp and body.</summary>
internal static class Signatures
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string SecretPrefix = "whsec_";
    private const int SecretBytes = 32;

    public static byte[] MakeSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>As a receiver writes it into their configuration.</summary>
    public static string Write(byte[] secret) => SecretPrefix + Convert.ToBase64String(secret);

    public static string IdOf(Guid messageId) => $"msg_{messageId:n}";

    /// <summary>One signature per secret, apart by spaces: while secrets overlap a receiver finds the one they know.</summary>
    public static string Sign(IEnumerable<byte[]> secrets, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{Timestamp(at)}."), .. body];
        return string.Join(' ', secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}"));
    }

    public static string Timestamp(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
