using System.Text.RegularExpressions;

namespace Balie.Tests.House;

/// <summary>The habits that can be read off the text of a file. Each returns what breaks it, one line each.</summary>
internal static partial class Habits
{
    public const int LongestFile = 400;
    public const int LongestLine = 140;

    /// <summary>Clocks and ids other than the transaction's own, in code and in SQL.</summary>
    public static IEnumerable<string> ForeignClocks(TextFile file) =>
        from line in file.Lines
        where !line.Text.TrimStart().StartsWith("//", StringComparison.Ordinal)
            && !line.Text.TrimStart().StartsWith("--", StringComparison.Ordinal)
        from Match match in Clocks().Matches(line.Text)
        select $"{file.Path}:{line.Number} {match.Value}";

    public static IEnumerable<string> TooLong(TextFile file) =>
        file.Lines.Count() is var lines && lines > LongestFile + 1 ? [$"{file.Path} has {lines} lines"] : [];

    public static IEnumerable<string> LongLines(TextFile file) =>
        from line in file.Lines
        where line.Text.Length > LongestLine
        select $"{file.Path}:{line.Number} has {line.Text.Length} characters";

    /// <summary>
    /// Refusals made on the spot: what an API says no with stands in its module's list, where it is found and kept unique.
    /// </summary>
    public static IEnumerable<string> ScatteredRefusals(TextFile file) => file.Path.Contains("Refusals", StringComparison.Ordinal)
        || file.Path.EndsWith("/Refusal.cs", StringComparison.Ordinal)
        ? []
        : from line in file.Lines
          from Match match in MadeRefusals().Matches(line.Text)
          select $"{file.Path}:{line.Number} {match.Value}";

    /// <summary>Dutch words for somebody whom our texts address with "u".</summary>
    public static IEnumerable<string> Familiar(TextFile file) =>
        from line in file.Lines
        from Match match in FamiliarWords().Matches(line.Text)
        select $"{file.Path}:{line.Number} {match.Value}";

    [GeneratedRegex(@"\b(je|jij|jou|jouw|jullie)\b", RegexOptions.IgnoreCase)]
    private static partial Regex FamiliarWords();

    [GeneratedRegex(
        @"\bDateTime(Offset)?\.(Utc)?Now\b|\bDateTime\.Today\b|\bGuid\.NewGuid\b"
        + @"|\bnow\(\)|\bcurrent_(timestamp|date|time)\b|\bgen_random_uuid\b")]
    private static partial Regex Clocks();

    [GeneratedRegex(@"\bRefusal\.(Malformed|Unauthenticated|Forbidden|NotFound|Conflict|Invalid)\(\s*""|\bnew Refusal\(\s*""")]
    private static partial Regex MadeRefusals();
}
