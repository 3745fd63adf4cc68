namespace Balie.Contracts.Identity;

/// <summary>Somebody proved that their address is theirs; bookings made with it as a guest may now be shown to them.</summary>
[Message("user.verified")]
public sealed record UserVerified(Guid UserId, DateTimeOffset VerifiedAt);

/// <summary>An organisation began.</summary>
[Message("organisation.created")]
public sealed record OrganisationCreated(Guid OrganisationId, string Slug, string Name);

/// <summary>An organisation's name, slug, language or country changed.</summary>
[Message("organisation.updated")]
public sealed record OrganisationUpdated(Guid OrganisationId, int Version);

/// <summary>Somebody works for the organisation now, or in another role than before.</summary>
[Message("member.added")]
public sealed record MemberAdded(Guid UserId, string Role);

[Message("member.role_changed")]
public sealed record MemberRoleChanged(Guid UserId, string Role);

[Message("member.removed")]
public sealed record MemberRemoved(Guid UserId);
