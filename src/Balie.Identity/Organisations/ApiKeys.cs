using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Balie.Identity.Organisations;

/// <summary>What an API key looks like and what its scopes mean. Scopes are permissions by name, such as <c>eventsWrite</c>.</summary>
internal static class ApiKeys
{
    /// <summary>Lets scanners of public code find a leaked key, and tells it from an access token.</summary>
    public const string Prefix = "balie_";

    private const int RandomBytes = 32;
    private const int HintLength = 12;

    /// <summary>Every scope there is, and its permission.</summary>
    public static readonly IReadOnlyDictionary<string, Permission> Scopes =
        Enum.GetValues<Permission>().ToDictionary(permission => JsonNamingPolicy.CamelCase.ConvertName(permission.ToString()));

    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static bool LooksLikeOne(string credential) => credential.StartsWith(Prefix, StringComparison.Ordinal);

    // 256 random bits need no slow hash.
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>The first characters, by which people tell their keys apart.</summary>
    public static string Hint(string key) => key[..HintLength];

    /// <summary>What the scopes allow; one that this version no longer knows allows nothing.</summary>
    public static IEnumerable<Permission> Permissions(IEnumerable<string> scopes) =>
        scopes.Where(Scopes.ContainsKey).Select(scope => Scopes[scope]);

    /// <summary>Why these are not scopes that somebody with <paramref name="granted"/> may hand out; null when they are.</summary>
    public static Refusal? Refuse(IReadOnlyList<string> scopes, IReadOnlySet<Permission> granted)
    {
        // JSON may bring a null where the type has none: the reader checks members, not what is in a list.
        if (scopes.Contains(null!)) return IdentityRefusals.ScopesInvalid;
        if (scopes.Count == 0 || scopes.Distinct().Count() != scopes.Count || !scopes.All(Scopes.ContainsKey))
            return IdentityRefusals.ScopesInvalid;
        return Permissions(scopes).All(granted.Contains) ? null : IdentityRefusals.ScopesBeyondYours;
    }
}
