namespace Balie.Identity;

/// <summary>Section <c>Balie:Identity</c>.</summary>
internal sealed class IdentityOptions
{
    /// <summary>The least that OWASP asks of PBKDF2 with SHA-512; lower only in the environment <c>Testing</c>.</summary>
    public const int LeastHashIterations = 210_000;

    /// <summary>Of PBKDF2 with SHA-512; a password hashed with fewer is hashed again at the next sign-in.</summary>
    public int HashIterations { get; set; } = LeastHashIterations;

    /// <summary>Who signs tokens (<c>iss</c>), the same in all processes of an installation.</summary>
    public string Issuer { get; set; } = "balie";

    /// <summary>For whom tokens are (<c>aud</c>).</summary>
    public string Audience { get; set; } = "balie-api";

    public TimeSpan AccessTokenLife { get; set; } = TimeSpan.FromMinutes(15);

    public TimeSpan RefreshTokenLife { get; set; } = TimeSpan.FromDays(7);

    /// <summary>However often it is refreshed, a session ends after this.</summary>
    public TimeSpan SessionLife { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a role is believed without asking again; changes are heard of within a second anyway.</summary>
    public TimeSpan CallerMemory { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Failures per quarter of an hour for one account from one address.</summary>
    public int AttemptsPerAccount { get; set; } = 5;

    /// <summary>Failures per quarter of an hour from one address over all accounts; a school or office may share one.</summary>
    public int AttemptsPerAddress { get; set; } = 50;

    /// <summary>May everyone with an account begin an organisation, or only the owners of the default one?</summary>
    public bool AnyoneMayCreateOrganisations { get; set; } = true;

    /// <summary>Where to report a vulnerability, for <c>/.well-known/security.txt</c>: a <c>mailto:</c> or <c>https:</c> address.</summary>
    public string SecurityContact { get; set; } = "mailto:security@localhost";
}
