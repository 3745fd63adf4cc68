using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Balie.Payments.Providers.Mollie;

/// <summary>
/// Next-generation webhooks: <c>X-Mollie-Signature: sha256=…</c> over the raw body. While a secret is being replaced there are two headers,
/// and two secrets of ours; one pair that agrees is enough.
/// </summary>
internal static class MollieSignature
{
    public const string Header = "X-Mollie-Signature";
    private const string Scheme = "sha256=";

    public static string Sign(ReadOnlySpan<byte> body, string secret) =>
        Scheme + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    public static bool Holds(StringValues signatures, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets)
    {
        var holds = false;
        foreach (var secret in secrets)
        {
            var expected = Sign(body, secret);
            foreach (var signature in signatures.SelectMany(header => (header ?? "").Split(',', StringSplitOptions.TrimEntries)))
                holds |= Texts.Same(signature, expected);
        }
        return holds;
    }
}
