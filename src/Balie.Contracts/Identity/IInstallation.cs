namespace Balie.Contracts.Identity;

/// <summary>The owner and default organisation of an installation, as its first start left them.</summary>
/// <param name="GeneratedPassword">Only when this very call made the account and was given no password: print it once, it is stored
/// nowhere.</param>
public sealed record Owner(Guid OrganisationId, Guid UserId, string Email, bool Created, string? GeneratedPassword);

/// <summary>An API key, whole: the only moment it can be read.</summary>
public sealed record MadeApiKey(Guid KeyId, string Key);

/// <summary>
/// What the operator may do without signing in, because whoever runs the program on its machine owns the installation: the command line
/// and the demo organisation. No route leads here.
/// </summary>
public interface IInstallation
{
    /// <summary>
    /// The first start makes the default organisation and its owner; every later one changes nothing and says who they are. Safe when
    /// several processes start together.
    /// </summary>
    Task<Outcome<Owner>> EnsureOwner(string? email, string? password, string organisationName, CancellationToken ct);

    /// <summary>The id of an organisation by its slug, or of the default one.</summary>
    Task<Guid?> FindOrganisation(string? slug, CancellationToken ct);

    /// <summary>A verified account. One that exists already is refused.</summary>
    Task<Outcome<Guid>> CreateUser(string email, string name, string password, string locale, CancellationToken ct);

    /// <summary>Ends all sessions of the account as well.</summary>
    Task<Outcome<Done>> SetPassword(string email, string password, CancellationToken ct);

    /// <summary>A disabled account is signed out everywhere within a second and cannot sign in until it is enabled again.</summary>
    Task<Outcome<Done>> SetDisabled(string email, bool disabled, CancellationToken ct);

    /// <summary>An organisation owned by an existing account.</summary>
    Task<Outcome<Guid>> CreateOrganisation(
        string slug, string name, string ownerEmail, string locale, string country, CancellationToken ct);

    /// <summary>Gives an existing account a role, or another one.</summary>
    Task<Outcome<Done>> SetMember(string slug, string email, string role, CancellationToken ct);

    /// <summary>The host names at which an organisation answers without being named; replaces those it had.</summary>
    Task<Outcome<Done>> SetHosts(string slug, IReadOnlyList<string> hosts, CancellationToken ct);

    /// <param name="scopes">Permissions by name, such as <c>eventsWrite</c>.</param>
    Task<Outcome<MadeApiKey>> CreateApiKey(
        string slug, string name, IReadOnlyList<string> scopes, DateTimeOffset? expiresAt, CancellationToken ct);

    /// <summary>
    /// Publishes a new signing key at once and signs with it a minute later, when every process knows it; no token is lost.
    /// </summary>
    Task<string> RotateSigningKey(CancellationToken ct);
}
