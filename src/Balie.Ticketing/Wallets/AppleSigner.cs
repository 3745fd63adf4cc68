using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Balie.Ticketing.Wallets;

/// <summary>
/// Signs passes with the configured certificate. Whatever is wrong with that is said when the program starts: a phone refuses a wrong pass
/// without a word.
/// </summary>
internal sealed class AppleSigner : IDisposable
{
    private const string UserId = "0.9.2342.19200300.100.1.1";
    private const string OrganisationalUnit = "2.5.4.11";

    private readonly X509Certificate2? _certificate;
    private readonly X509Certificate2? _intermediate;

    public AppleSigner(IOptions<WalletOptions> options)
    {
        Options = options.Value.Apple;
        if (!Options.IsSet) return;
        (_certificate, _intermediate) = (Certificate(Options), X509CertificateLoader.LoadCertificateFromFile(Options.IntermediateFile));
    }

    public AppleOptions Options { get; }

    public bool CanSign => _certificate is not null;

    /// <summary>A detached signature with the intermediate certificate and the time of signing in it, as Apple asks.</summary>
    public byte[] Sign(byte[] manifest, DateTimeOffset now)
    {
        if (_certificate is null || _intermediate is null) throw new InvalidOperationException("There is no certificate to sign with.");
        var signer = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, _certificate)
        {
            DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1"), // SHA-256
            IncludeOption = X509IncludeOption.EndCertOnly,
        };
        signer.Certificates.Add(_intermediate);
        signer.SignedAttributes.Add(new Pkcs9SigningTime(now.UtcDateTime));
        var cms = new SignedCms(new ContentInfo(manifest), detached: true);
        cms.ComputeSignature(signer);
        return cms.Encode();
    }

    /// <summary>What keeps us from signing passes that a phone accepts, in a sentence for the operator.</summary>
    public static string? Problem(AppleOptions options)
    {
        const string Key = "Balie:Ticketing:Apple";
        if (!File.Exists(options.CertificateFile)) return $"{Key}:CertificateFile: there is no file {options.CertificateFile}.";
        if (!File.Exists(options.IntermediateFile)) return $"{Key}:IntermediateFile: there is no file {options.IntermediateFile}.";
        try
        {
            using var certificate = Certificate(options);
            if (!certificate.HasPrivateKey) return $"{Key}:CertificateFile holds no private key.";
            if (Named(certificate, UserId) != options.PassTypeIdentifier)
                return $"{Key}:PassTypeIdentifier is not the certificate's UID, {Named(certificate, UserId)}.";
            if (Named(certificate, OrganisationalUnit) != options.TeamIdentifier)
                return $"{Key}:TeamIdentifier is not the certificate's OU, {Named(certificate, OrganisationalUnit)}.";
            using var intermediate = X509CertificateLoader.LoadCertificateFromFile(options.IntermediateFile);
            return certificate.Issuer == intermediate.Subject
                ? null
                : $"{Key}:IntermediateFile is of {intermediate.Subject}, but the pass certificate was issued by {certificate.Issuer}.";
        }
        catch (CryptographicException wrong)
        {
            return $"{Key}: a certificate cannot be read: {wrong.Message}";
        }
    }

    public void Dispose()
    {
        _certificate?.Dispose();
        _intermediate?.Dispose();
    }

    private static X509Certificate2 Certificate(AppleOptions options) =>
        X509CertificateLoader.LoadPkcs12FromFile(options.CertificateFile, options.CertificatePassword, X509KeyStorageFlags.EphemeralKeySet);

    private static string? Named(X509Certificate2 certificate, string oid)
    {
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == oid) return part.GetSingleElementValue();
        }
        return null;
    }
}
