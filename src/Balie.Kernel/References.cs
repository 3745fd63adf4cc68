namespace Balie.Kernel;

/// <summary>
/// References for people to read aloud and type: 50 random bits in ten characters of an alphabet without I, O, 0 and 1.
/// </summary>
public static class References
{
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int Length = 10;

    public static string New() => string.Create(Length, Alphabet, static (reference, alphabet) =>
    {
        Span<byte> random = stackalloc byte[Length];
        Chance.Fill(random);
        // The alphabet has as many characters as five bits have values, so none comes more often than another.
        for (var i = 0; i < Length; i++) reference[i] = alphabet[random[i] % alphabet.Length];
    });

    /// <summary>What somebody typed, with their spaces, dashes and small letters; null when it cannot be a reference.</summary>
    public static string? Read(string typed)
    {
        var clean = string.Concat(typed.Where(character => character is not (' ' or '-'))).ToUpperInvariant();
        return clean.Length == Length && clean.All(character => Alphabet.Contains(character, StringComparison.Ordinal)) ? clean : null;
    }
}
