using System.Text.Json;

namespace Balie.Payments.Providers;

/// <summary>
/// Reads the settings of an account member by member and gathers everything that is wrong with them. A member nobody asked for is wrong
/// too: a misspelt secret must not go unnoticed.
/// </summary>
internal sealed class AccountSettings(JsonElement settings)
{
    private const int MostSecrets = 5;
    private const int LongestText = 500;
    private readonly List<FieldError> _problems = [];
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public string Text(string field, Func<string, bool> isGood, string expected)
    {
        if (Find(field) is { ValueKind: JsonValueKind.String } found && IsText(found, out var text) && isGood(text)) return text;
        _problems.Add(new FieldError(field, expected));
        return "";
    }

    public string? OptionalText(string field, Func<string, bool> isGood, string expected) =>
        Find(field) is null or { ValueKind: JsonValueKind.Null } ? null : Text(field, isGood, expected);

    /// <summary>Several, so that an old secret and its successor hold at the same time.</summary>
    public IReadOnlyList<string> Secrets(string field, int atLeast, Func<string, bool> isGood, string expected)
    {
        var found = Find(field);
        if (found is null or { ValueKind: JsonValueKind.Null } && atLeast == 0) return [];
        if (found is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() < atLeast || list.GetArrayLength() > MostSecrets)
        {
            _problems.Add(new FieldError(field, $"Give a list of {atLeast} to {MostSecrets}. {expected}"));
            return [];
        }
        var secrets = new List<string>();
        foreach (var (index, entry) in list.EnumerateArray().Index())
            if (entry.ValueKind == JsonValueKind.String && IsText(entry, out var secret) && isGood(secret)) secrets.Add(secret);
            else _problems.Add(new FieldError($"{field}[{index}]", expected));
        return secrets;
    }

    /// <summary>Where the provider is asked: one of its own hosts over TLS, or a system for tests that the installation knows.</summary>
    public Uri? Address(string field, PaymentsOptions options, Func<string, bool> isOwnHost)
    {
        const string Expected = "Give an https address of the provider itself, or leave it out.";
        return OptionalText(field, text => IsAllowed(text, options, isOwnHost), Expected) is { Length: > 0 } address
            ? new Uri(address.TrimEnd('/') + "/")
            : null;
    }

    public IReadOnlyList<FieldError> Problems()
    {
        if (settings.ValueKind != JsonValueKind.Object) return [new FieldError("", "Give the settings as an object.")];
        var strange = settings.EnumerateObject().Where(member => !_asked.Contains(member.Name));
        return [.. _problems, .. strange.Select(member => new FieldError(member.Name, "This provider has no such setting."))];
    }

    private static bool IsAllowed(string text, PaymentsOptions options, Func<string, bool> isOwnHost) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address is { UserInfo: "", Query: "", Fragment: "" }
        && (options.TestSystems.Contains(address.Host)
            ? address.Scheme is "http" or "https"
            : address is { Scheme: "https", IsDefaultPort: true } && isOwnHost(address.Host));

    private static bool IsText(JsonElement element, out string text)
    {
        text = element.GetString() ?? "";
        return text.Length is > 0 and <= LongestText && !text.Any(character => char.IsControl(character));
    }

    private JsonElement? Find(string field)
    {
        _asked.Add(field);
        return settings.ValueKind == JsonValueKind.Object && settings.TryGetProperty(field, out var found) ? found : null;
    }
}
