using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Balie.Payments.Providers.Stripe;

/// <summary>
/// <c>Stripe-Signature: t=…,v1=…[,v1=…][,v0=…]</c> over the moment, a dot and the raw body, under the whole secret as text. One v1 that
/// agrees with one of our secrets is enough; v0 never counts. Its moment may be five minutes away, in either direction.
/// </summary>
internal static class StripeSignature
{
    public const string Header = "Stripe-Signature";
    private const int MostParts = 20;
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    public static string Sign(long moment, ReadOnlySpan<byte> body, string secret)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{moment}.")));
        hmac.AppendData(body);
        return Convert.ToHexStringLower(hmac.GetHashAndReset());
    }

    public static bool Holds(string header, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets, DateTimeOffset now)
    {
        var parts = header.Split(',', MostParts + 1).Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToList();
        if (parts.Count > MostParts) return false;
        var stamps = parts.Where(part => part[0] == "t").Select(part => part[1]).ToList();
        if (stamps is not [var stamp] || !long.TryParse(stamp, NumberStyles.None, CultureInfo.InvariantCulture, out var moment))
            return false;

        var holds = false;
        foreach (var secret in secrets)
        {
            var expected = Sign(moment, body, secret);
            foreach (var part in parts.Where(part => part[0] == "v1")) holds |= Texts.Same(part[1], expected);
        }
        return holds && IsNear(moment, now);
    }

    private static bool IsNear(long moment, DateTimeOffset now)
    {
        var (seconds, tolerance) = (now.ToUnixTimeSeconds(), (long)Tolerance.TotalSeconds);
        return moment >= seconds - tolerance && moment <= seconds + tolerance;
    }
}
