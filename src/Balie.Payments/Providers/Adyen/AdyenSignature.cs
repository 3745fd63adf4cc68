using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Balie.Payments.Providers.Adyen;

/// <summary>
/// The signature of a standard notification item: eight of its members joined by colons, under a key given as hexadecimal digits. It does
/// not cover whether the item is live, its reason or its additional data. Values are not escaped; ours never need it.
/// </summary>
internal static class AdyenSignature
{
    private const char Colon = ':';

    public static string Sign(AdyenItem item, string hexKey) => Sign(TextOf(item), hexKey);

    public static string Sign(string text, string hexKey) =>
        Convert.ToBase64String(HMACSHA256.HashData(Convert.FromHexString(hexKey), Encoding.UTF8.GetBytes(text)));

    public static string TextOf(AdyenItem item) => string.Join(
        Colon,
        item.PspReference,
        item.OriginalReference,
        item.MerchantAccountCode,
        item.MerchantReference,
        item.Amount?.Value.ToString(CultureInfo.InvariantCulture),
        item.Amount?.Currency,
        item.EventCode,
        item.Success);

    public static bool Holds(AdyenItem item, IReadOnlyList<string> hexKeys)
    {
        var (given, holds) = (item.Additional("hmacSignature") ?? "", false);
        foreach (var key in hexKeys) holds |= Texts.Same(given, Sign(item, key));
        return holds;
    }
}
