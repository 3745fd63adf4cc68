using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Balie.Ticketing.Wallets;

/// <summary>Signs with the service account that Google's issuer trusts; wrong files are named when the program starts.</summary>
internal sealed class GoogleSigner : IDisposable
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The library promises nothing about one key used by two threads.
    private readonly Lock _turn = new();
    private readonly RSA? _key;

    public GoogleSigner(IOptions<WalletOptions> options)
    {
        IssuerId = options.Value.Google.IssuerId;
        if (!options.Value.Google.IsSet) return;
        (Account, _key) = Read(options.Value.Google.ServiceAccountFile);
    }

    public string IssuerId { get; }

    /// <summary>The service account's e-mail address.</summary>
    public string Account { get; } = "";

    public bool CanSign => _key is not null;

    /// <summary>A JSON Web Token with RS256.</summary>
    public string Sign(object claims)
    {
        if (_key is null) throw new InvalidOperationException("There is no service account to sign with.");
        var header = Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT"}"""u8);
        var signed = $"{header}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims, Plain))}";
        lock (_turn)
        {
            var signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return $"{signed}.{Base64Url.EncodeToString(signature)}";
        }
    }

    public static string? Problem(GoogleOptions options)
    {
        const string Key = "Balie:Ticketing:Google";
        if (options.IssuerId.Length == 0 || !options.IssuerId.All(char.IsAsciiDigit)) return $"{Key}:IssuerId must be the issuer's number.";
        if (!File.Exists(options.ServiceAccountFile)) return $"{Key}:ServiceAccountFile: there is no file {options.ServiceAccountFile}.";
        try
        {
            Read(options.ServiceAccountFile).Key.Dispose();
            return null;
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or ArgumentException or CryptographicException)
        {
            return $"{Key}:ServiceAccountFile is not a service account's key: {wrong.Message}";
        }
    }

    public void Dispose() => _key?.Dispose();

    private static (string Account, RSA Key) Read(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var key = RSA.Create();
        key.ImportFromPem(json.RootElement.GetProperty("private_key").GetString());
        return (json.RootElement.GetProperty("client_email").GetString() ?? "", key);
    }
}
