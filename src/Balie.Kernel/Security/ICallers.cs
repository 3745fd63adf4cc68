namespace Balie.Kernel;

public enum CredentialKind
{
    Bearer,
    ApiKey,
    Cookie,
}

/// <summary>What a request shows to say who it is; never logged.</summary>
public readonly record struct Credential(CredentialKind Kind, string Value);

/// <summary>The wall to Identity: turns a credential into a caller and a name into an organisation. The kernel knows no users.</summary>
public interface ICallers
{
    /// <summary>
    /// The organisation of a slug or id from <c>X-Organisation</c>, of a host name, or, with neither, the installation's default.
    /// </summary>
    ValueTask<Guid?> FindOrganisation(string? slugOrId, string host, CancellationToken ct);

    /// <summary>The caller, or null when the credential is forged, expired, revoked or not of this installation.</summary>
    ValueTask<Caller?> Recognise(Credential credential, Guid orgId, CancellationToken ct);
}

/// <summary>
/// Credentials of a kind that one module knows itself, told by how they begin, such as the keys of devices at the door. Asked before
/// <see cref="ICallers"/>; several kinds may be registered.
/// </summary>
public interface IOwnCredentials
{
    string Prefix { get; }

    /// <summary>The caller, or null when the credential is none of this organisation.</summary>
    ValueTask<Caller?> Recognise(string credential, Guid orgId, CancellationToken ct);
}
