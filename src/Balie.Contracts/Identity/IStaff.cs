namespace Balie.Contracts.Identity;

/// <summary>Somebody who works for an organisation, as far as a mail needs to know.</summary>
public sealed record StaffMember(Guid UserId, string Email, string Name, string Locale);

/// <summary>Who works for an organisation, for notices that staff must see.</summary>
public interface IStaff
{
    /// <summary>Those whose role has this permission, by address; people whose account is switched off are left out.</summary>
    Task<IReadOnlyList<StaffMember>> WhoMay(Guid organisationId, Permission permission, CancellationToken ct);
}
