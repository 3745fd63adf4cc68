using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Balie.Identity.SignIn;

/// <summary>One spelling per mailbox, so that nobody has two accounts by capital letters.</summary>
internal static class EmailAddress
{
    private static readonly IdnMapping Idn = new();

    /// <summary>The address in small letters, its domain as DNS writes it; null when it is not an address.</summary>
    public static string? Key(string email)
    {
        var trimmed = email.Trim();
        if (!Mails.IsAddress(trimmed)) return null;
        var at = trimmed.LastIndexOf('@');
        try { return $"{trimmed[..at].ToLowerInvariant()}@{Idn.GetAscii(trimmed[(at + 1)..]).ToLowerInvariant()}"; }
        catch (ArgumentException) { return null; }
    }

    /// <summary>What stands in tables that must not name anybody.</summary>
    public static byte[] Subject(string emailKey) => SHA256.HashData(Encoding.UTF8.GetBytes(emailKey));
}
