using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Balie.Kernel;

/// <summary>
/// Keeps secrets that must be read again (a provider's API key, a webhook secret) unreadable in the database and its backups: AES-256-GCM
/// under the installation's own key; and signs links with it (HMAC-SHA256). That key is <c>Balie:SealKey</c> where several machines share a
/// database, else a file in the data folder, made at first use. Several keys, separated by spaces, are a rotation: the first seals and
/// signs, all of them open and verify.
/// </summary>
public sealed class Seal(IConfiguration config)
{
    private const string FileName = "seal.key";
    private const int KeyBytes = 32;
    private const int NameBytes = 4;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const byte Format = 1;
    private static readonly TimeSpan LongestWriting = TimeSpan.FromSeconds(2);
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Lazy<Key[]> _keys = new(() => Load(config));

    private sealed record Key(byte[] Name, byte[] Secret)
    {
        // One key, one use: what signs links is made of what seals, and tells nothing of it.
        public byte[] Signing { get; } = HMACSHA256.HashData(Secret, "balie links"u8);

        public string Sign(string words) => Base64Url.EncodeToString(HMACSHA256.HashData(Signing, Encoding.UTF8.GetBytes(words)));
    }

    /// <param name="purpose">What it is a secret of; the same words open it, so that it cannot be moved to another row.</param>
    public byte[] Close(string purpose, ReadOnlySpan<byte> secret)
    {
        var key = _keys.Value[0];
        var sealedUp = new byte[1 + NameBytes + NonceBytes + TagBytes + secret.Length];
        sealedUp[0] = Format;
        key.Name.CopyTo(sealedUp, 1);
        var nonce = sealedUp.AsSpan(1 + NameBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key.Secret, TagBytes);
        aes.Encrypt(
            nonce, secret, sealedUp.AsSpan(1 + NameBytes + NonceBytes + TagBytes),
            sealedUp.AsSpan(1 + NameBytes + NonceBytes, TagBytes), Encoding.UTF8.GetBytes(purpose));
        return sealedUp;
    }

    /// <exception cref="CryptographicException">Sealed under another key or for another purpose, or changed since.</exception>
    public byte[] Open(string purpose, ReadOnlySpan<byte> sealedUp)
    {
        if (sealedUp.Length < 1 + NameBytes + NonceBytes + TagBytes || sealedUp[0] != Format)
            throw new CryptographicException("This is not a sealed secret.");
        var name = sealedUp.Slice(1, NameBytes).ToArray();
        var key = _keys.Value.FirstOrDefault(known => known.Name.AsSpan().SequenceEqual(name)) ?? throw new CryptographicException(
            "This secret was sealed with a key that this installation does not have: restore seal.key, or set Balie:SealKey.");
        var rest = sealedUp[(1 + NameBytes)..];
        var secret = new byte[rest.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key.Secret, TagBytes);
        aes.Decrypt(
            rest[..NonceBytes], rest[(NonceBytes + TagBytes)..], rest.Slice(NonceBytes, TagBytes), secret, Encoding.UTF8.GetBytes(purpose));
        return secret;
    }

    /// <summary>A signature that only this installation can give. The same words have the same one.</summary>
    /// <param name="words">What for, and of what: <c>payments.link:0197…</c>.</param>
    public string Sign(string words) => _keys.Value[0].Sign(words);

    public bool IsSigned(string words, string? signature) => _keys.Value.Any(key => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(signature ?? ""), Encoding.UTF8.GetBytes(key.Sign(words))));

    /// <summary>A signature with an end, which stands in it: <c>1767268800.Xk2…</c>, in seconds.</summary>
    public string SignUntil(DateTimeOffset end, string words)
    {
        var seconds = end.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"{seconds}.{Sign($"{words}.{seconds}")}";
    }

    public bool IsSignedStill(DateTimeOffset now, string words, string? signature) =>
        (signature ?? "").Split('.') is [var end, var signed]
        && long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > now.ToUnixTimeSeconds()
        && IsSigned($"{words}.{end}", signed);

    private static Key[] Load(IConfiguration config)
    {
        var written = config["Balie:SealKey"] ?? ReadOrMake(config["Balie:Data"] ?? throw new InvalidOperationException(
            "There is no key to seal secrets with: set Balie:SealKey to 32 random bytes in base64, or Balie:Data to a folder."));
        var keys = written.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return keys.Length > 0 ? [.. keys.Select(Parse)] : throw new InvalidOperationException(
            $"There is no key in Balie:SealKey, or in {FileName} of the data folder: restore it, or delete it if nothing was sealed yet.");
    }

    private static Key Parse(string text)
    {
        var secret = new byte[KeyBytes];
        if (!Convert.TryFromBase64String(text, secret, out var length) || length != KeyBytes)
            throw new InvalidOperationException("Balie:SealKey must be 32 random bytes in base64: openssl rand -base64 32 makes one.");
        return new Key(SHA256.HashData(secret)[..NameBytes], secret);
    }

    // Of several processes that start together one creates the file, and the others wait until it is whole. Moving a file into place would
    // not do: whether there is one already and the move itself are two steps, and the last of two keys would win.
    private static string ReadOrMake(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            using var stream = new FileStream(file, Options());
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes))));
        }
        catch (IOException) when (File.Exists(file))
        {
            SpinWait.SpinUntil(() => new FileInfo(file).Length > 0, LongestWriting);
        }
        return File.ReadAllText(file);
    }

    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return options;
    }
}
