namespace Balie.Ticketing.Tickets;

/// <summary>
/// Base 32 of RFC 4648 without padding: capitals and digits, which a QR code packs closely and no mail or spreadsheet spoils.
/// One value has one spelling: small letters and spare bits that are not zero are refused.
/// </summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string Write(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[(bytes.Length * 8 + 4) / 5];
        var (held, bits, at) = (0u, 0, 0);
        foreach (var one in bytes)
        {
            held = (held << 8) | one;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text[at++] = Alphabet[(int)(held >> bits) & 31];
            }
            held &= (1u << bits) - 1;
        }
        if (bits > 0) text[at] = Alphabet[(int)(held << (5 - bits)) & 31];
        return new string(text);
    }

    public static byte[]? Read(ReadOnlySpan<char> text, int length)
    {
        if (text.Length != (length * 8 + 4) / 5) return null;
        var bytes = new byte[length];
        var (held, bits, at) = (0u, 0, 0);
        foreach (var character in text)
        {
            var value = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (value < 0) return null;
            held = (held << 5) | (uint)value;
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            bytes[at++] = (byte)(held >> bits);
            held &= (1u << bits) - 1;
        }
        return held == 0 ? bytes : null;
    }
}
