using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Balie.Tests.Tickets;

/// <summary>What wallets are signed with: a throw-away Apple and a throw-away service account.</summary>
public sealed class WalletKeys : IDisposable
{
    public const string PassType = "pass.org.example.balie";
    public const string Team = "A1B2C3D4E5";
    public const string Account = "wallet@example.iam.gserviceaccount.com";
    public const string Issuer = "3388000000012345678";

    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2060, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();

    public WalletKeys()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Authority("CN=Root", rootKey).CreateSelfSigned(From, Until);
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var middle = Authority("CN=WWDR", middleKey).Create(root, From, Until, [1]);
        using var middleWithKey = middle.CopyWithPrivateKey(middleKey);
        using var passKey = RSA.Create(2048);
        var subject = new X500DistinguishedName($"UID={PassType}, CN=Pass, OU={Team}, O=Example");
        var pass = new CertificateRequest(subject, passKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var generator = X509SignatureGenerator.CreateForECDsa(middleKey);
        using var certificate = pass.Create(middle.SubjectName, generator, From, Until, [2]).CopyWithPrivateKey(passKey);

        File.WriteAllText(Root, root.ExportCertificatePem());
        File.WriteAllText(In("wwdr.pem"), middle.ExportCertificatePem());
        File.WriteAllBytes(In("pass.p12"), certificate.Export(X509ContentType.Pkcs12, "geheim"));
        using var google = RSA.Create(2048);
        GoogleKey = google.ExportSubjectPublicKeyInfoPem();
        File.WriteAllText(In("google.json"), JsonSerializer.Serialize(
            new { type = "service_account", client_email = Account, private_key = google.ExportPkcs8PrivateKeyPem() }));
    }

    /// <summary>The root that a phone trusts, as a PEM file.</summary>
    public string Root => In("root.pem");

    /// <summary>The service account's public key.</summary>
    public string GoogleKey { get; }

    public string In(string name) => Path.Combine(_folder.Path, name);

    /// <summary>Settings that hold; a test may spoil one.</summary>
    public Dictionary<string, string?> Settings() => new()
    {
        ["Balie:ticketing:Apple:PassTypeIdentifier"] = PassType,
        ["Balie:ticketing:Apple:TeamIdentifier"] = Team,
        ["Balie:ticketing:Apple:CertificateFile"] = In("pass.p12"),
        ["Balie:ticketing:Apple:CertificatePassword"] = "geheim",
        ["Balie:ticketing:Apple:IntermediateFile"] = In("wwdr.pem"),
        ["Balie:ticketing:Google:IssuerId"] = Issuer,
        ["Balie:ticketing:Google:ServiceAccountFile"] = In("google.json"),
    };

    public void Dispose() => _folder.Dispose();

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request;
    }
}
