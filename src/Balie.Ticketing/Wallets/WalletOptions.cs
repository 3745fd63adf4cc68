namespace Balie.Ticketing.Wallets;

/// <summary>Section <c>Balie:Ticketing</c>: what phones' wallets ask of whoever fills them. See docs/wallets.md.</summary>
internal sealed class WalletOptions
{
    public AppleOptions Apple { get; set; } = new();

    public GoogleOptions Google { get; set; } = new();
}

/// <summary>Passes for Apple Wallet are signed with a certificate that Apple gives; empty while there is none.</summary>
internal sealed class AppleOptions
{
    /// <summary>Such as <c>pass.org.example.tickets</c>; the certificate's UID must be the same.</summary>
    public string PassTypeIdentifier { get; set; } = "";

    /// <summary>Ten characters; the certificate's OU must be the same.</summary>
    public string TeamIdentifier { get; set; } = "";

    /// <summary>A PKCS#12 file with the pass certificate and its key.</summary>
    public string CertificateFile { get; set; } = "";

    public string CertificatePassword { get; set; } = "";

    /// <summary>Apple's intermediate certificate (WWDR G4), as DER or PEM.</summary>
    public string IntermediateFile { get; set; } = "";

    public bool IsSet => PassTypeIdentifier.Length > 0 || TeamIdentifier.Length > 0 || CertificateFile.Length > 0;
}

/// <summary>Links for Google Wallet are signed by a service account that its issuer trusts; empty while there is none.</summary>
internal sealed class GoogleOptions
{
    /// <summary>The number that Google gave the issuer.</summary>
    public string IssuerId { get; set; } = "";

    /// <summary>The service account's key, the JSON file as Google gives it.</summary>
    public string ServiceAccountFile { get; set; } = "";

    public bool IsSet => IssuerId.Length > 0 || ServiceAccountFile.Length > 0;
}
