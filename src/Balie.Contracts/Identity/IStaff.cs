namespace Balie.Contracts.Identity;

/// <summary>Somebody who works for an organisation, as far as a mail needs to know.</summary>
public sealed record StaffMember(Guid UserId, string Email, string Name, string Locale);

/// <summary>Who works for an organisation: for notices that staff must see, and for what wants two people.</summary>
public interface IStaff
{
    /// <summary>Those whose role has this permission, by address; people whose account is switched off are left out.</summary>
    Task<IReadOnlyList<StaffMember>> WhoMay(Guid organisationId, Permission permission, CancellationToken ct);

    /// <summary>
    /// The id of the person behind an actor, see <see cref="Caller.Actor"/>: the person themselves, or whoever made the API key, be it by
    /// another key. Null where nobody is known, as for guests and for keys that the operator made.
    /// </summary>
    Task<Guid?> PersonBehind(Guid organisationId, string actor, CancellationToken ct);
}
