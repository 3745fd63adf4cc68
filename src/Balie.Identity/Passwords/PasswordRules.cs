using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Balie.Identity.Passwords;

/// <summary>
/// What a password must be: long, and not one of the first that others would try. No rules about its characters: they make passwords
/// that are hard for people and easy for machines (OWASP ASVS 6.2).
/// </summary>
internal static class PasswordRules
{
    public const int Shortest = 12;
    public const int Longest = 128;

    // A password is common when this little is left of it after taking away what everybody uses.
    private const int LettersOfItsOwn = 4;
    private const int LongestRepeatedPart = 4;
    private const int ShortestRun = 4;

    private static readonly string[] Rows =
    [
        "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    ];
    private static readonly FrozenSet<string> Whole = Lines("common-passwords.txt").ToFrozenSet();
    private static readonly string[] Parts = [.. Lines("common-parts.txt").OrderByDescending(part => part.Length)];

    /// <summary>The refusal of a new password, or null when it will do. Text arrives in normal form C and is hashed as it is.</summary>
    public static Refusal? Refuse(string password, string email, string name)
    {
        var length = new StringInfo(password).LengthInTextElements;
        if (length < Shortest) return IdentityRefusals.PasswordTooShort;
        if (length > Longest || password.Length > 4 * Longest) return IdentityRefusals.PasswordTooLong;
        return IsCommon(password, email, name) ? IdentityRefusals.PasswordTooCommon : null;
    }

    private static bool IsCommon(string password, string email, string name)
    {
        var plain = password.ToLowerInvariant();
        if (Whole.Contains(plain) || IsRepetition(plain)) return true;

        var rest = plain;
        // One's own address and name are no secret, and neither are the words that stand in every list.
        var (address, called) = (email.ToLowerInvariant(), name.ToLowerInvariant());
        string[] theirOwn = [address, .. address.Split('@', '.'), .. called.Split(' ')];
        foreach (var part in theirOwn)
            if (part.Length >= ShortestRun - 1) rest = rest.Replace(part, " ", StringComparison.Ordinal);
        foreach (var part in Parts) rest = rest.Replace(part, " ", StringComparison.Ordinal);
        rest = WithoutRuns(rest);
        return rest.EnumerateRunes().Where(Rune.IsLetterOrDigit).Distinct().Count() <= LettersOfItsOwn;
    }

    private static bool IsRepetition(string plain)
    {
        for (var length = 1; length <= LongestRepeatedPart; length++)
            if (Enumerable.Range(length, plain.Length - length).All(i => plain[i] == plain[i - length])) return true;
        return false;
    }

    /// <summary>Takes out runs along the alphabet, the digits or a keyboard, forwards and backwards.</summary>
    private static string WithoutRuns(string text)
    {
        var kept = new StringBuilder();
        for (var start = 0; start < text.Length;)
        {
            var run = LongestRunAt(text, start);
            if (run < ShortestRun) kept.Append(text[start++]);
            else start += run;
        }
        return kept.ToString();
    }

    private static int LongestRunAt(string text, int start)
    {
        var longest = 0;
        foreach (var row in Rows)
        {
            var at = row.IndexOf(text[start], StringComparison.Ordinal);
            if (at < 0) continue;
            longest = Math.Max(longest, Math.Max(Follow(text, start, row, at, 1), Follow(text, start, row, at, -1)));
        }
        return longest;
    }

    private static int Follow(string text, int start, string row, int at, int step)
    {
        var length = 0;
        while (start + length < text.Length && at >= 0 && at < row.Length && text[start + length] == row[at])
            (length, at) = (length + 1, at + step);
        return length;
    }

    private static IEnumerable<string> Lines(string file)
    {
        // The file is embedded under this very name by the project.
        using var reader = new StreamReader(typeof(PasswordRules).Assembly.GetManifestResourceStream(file)!);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Where(line => !line.StartsWith('#'));
    }
}
