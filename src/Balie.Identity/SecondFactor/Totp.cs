using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Balie.Identity.SecondFactor;

/// <summary>
/// Time-based one-time passwords (RFC 6238): SHA-1, six digits, thirty seconds, because that is all that authenticator apps agree on.
/// </summary>
internal static class Totp
{
    public const int SecretBytes = 20;

    private const int StepSeconds = 30;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    // One step either way, for a telephone whose clock is a little off.
    private const int StepsOff = 1;

    public static byte[] MakeSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    public static long StepAt(DateTimeOffset moment) => moment.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The code of one step (RFC 4226 §5.3).</summary>
    public static string Code(byte[] secret, long step, int digits = 6)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // The algorithm of RFC 6238 that apps implement; as a MAC, SHA-1 is not broken.
        HMACSHA1.HashData(secret, counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xf)..]) & int.MaxValue;
        var modulus = (int)Math.Pow(10, digits);
        return (number % modulus).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>The step whose code this is, near the moment and later than the last one used; null when there is none.</summary>
    public static long? Find(byte[] secret, string code, DateTimeOffset now, long lastUsedStep)
    {
        var (typed, today) = (Encoding.UTF8.GetBytes(code.Replace(" ", "", StringComparison.Ordinal)), StepAt(now));
        long? found = null;
        for (var step = today - StepsOff; step <= today + StepsOff; step++)
            if (step > lastUsedStep && CryptographicOperations.FixedTimeEquals(typed, Encoding.UTF8.GetBytes(Code(secret, step))))
                found ??= step;
        return found;
    }

    /// <summary>Base32 without padding (RFC 4648 §6), as apps let people type it.</summary>
    public static string Spell(ReadOnlySpan<byte> secret)
    {
        var text = new StringBuilder();
        var (bits, held) = (0, 0);
        foreach (var octet in secret)
        {
            (bits, held) = ((bits << 8) | octet, held + 8);
            for (; held >= 5; held -= 5) text.Append(Alphabet[(bits >> (held - 5)) & 31]);
            bits &= (1 << held) - 1;
        }
        if (held > 0) text.Append(Alphabet[(bits << (5 - held)) & 31]);
        return text.ToString();
    }
}
