namespace Balie.Ticketing.Bookings;

/// <summary>
/// Booking references for people to read aloud and type: 50 random bits in ten characters of an alphabet without I, O, 0 and 1. Ticket
/// numbers are the reference and a count.
/// </summary>
internal static class References
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

    /// <summary>The numbers of <paramref name="count"/> tickets after the first <paramref name="before"/>.</summary>
    public static string[] Tickets(string reference, int before, int count)
    {
        var numbers = new string[count];
        for (var i = 0; i < count; i++) numbers[i] = $"{reference}-{before + i + 1}";
        return numbers;
    }
}
