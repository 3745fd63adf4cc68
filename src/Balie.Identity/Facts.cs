using System.Text.RegularExpressions;

namespace Balie.Identity;

/// <summary>The rules for names, locales and slugs, the same wherever they are given.</summary>
internal static partial class Facts
{
    private const int LongestName = 100;

    public static Refusal? RefuseName(string name) =>
        string.IsNullOrWhiteSpace(name) || name.Length > LongestName || name.Any(char.IsControl) ? IdentityRefusals.NameInvalid : null;

    public static Refusal? RefuseLocale(string locale) => Locale().IsMatch(locale) ? null : IdentityRefusals.LocaleInvalid;

    public static Refusal? RefuseCountry(string country) => Country().IsMatch(country) ? null : IdentityRefusals.CountryInvalid;

    public static Refusal? RefuseSlug(string slug) => Slug().IsMatch(slug) ? null : IdentityRefusals.SlugInvalid;

    [GeneratedRegex(@"\A[a-z]{2}(-[A-Z]{2})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Locale();

    [GeneratedRegex(@"\A[A-Z]{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Country();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,61}[a-z0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex Slug();
}
