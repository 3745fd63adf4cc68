using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Balie.Payments.Providers;

/// <summary>Texts as providers take them, and JSON as they write it: newer members than we know are no reason to stop.</summary>
internal static class Texts
{
    public static readonly JsonSerializerOptions CamelJson = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static readonly JsonSerializerOptions SnakeJson = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Cut(string text, int longest) => text.Length <= longest ? text : text[..(longest - 1)] + "…";

    /// <summary>A key within the provider's limit. One that is too long becomes its hash, the same at every try.</summary>
    public static string Key(string key, int longest) =>
        key.Length <= longest ? key : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>Only letters, digits, dot, underscore and dash, which no signature or export ever escapes.</summary>
    public static string Reference(string text) =>
        string.Concat(text.Select(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-' ? character : '-'));

    /// <summary>Equal, in a time that does not depend on where they differ.</summary>
    public static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}
