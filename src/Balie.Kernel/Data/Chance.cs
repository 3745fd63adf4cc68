using System.Security.Cryptography;

namespace Balie.Kernel;

/// <summary>
/// Random bytes fit for secrets, fetched from the system some thousands at a time: asking for sixteen costs it nearly as much, and a
/// booking asks three times. What was handed out is wiped here.
/// </summary>
public static class Chance
{
    private const int AtOnce = 4096;

    [ThreadStatic]
    private static byte[]? _store;

    [ThreadStatic]
    private static int _left;

    /// <summary>For ids and references; a long secret may as well ask the system itself.</summary>
    public static void Fill(Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, AtOnce);
        var store = _store ??= new byte[AtOnce];
        if (_left < bytes.Length)
        {
            RandomNumberGenerator.Fill(store);
            _left = AtOnce;
        }
        _left -= bytes.Length;
        var taken = store.AsSpan(_left, bytes.Length);
        taken.CopyTo(bytes);
        taken.Clear();
    }
}
