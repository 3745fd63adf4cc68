namespace Balie.Identity.Organisations;

/// <summary>
/// The rules that adding, changing and removing members share. An organisation always has an owner, and only owners make or unmake one.
/// </summary>
internal static class Members
{
    private sealed record MemberRow(string Role);

    /// <summary>Their role, with the organisation locked: whoever changes its members waits, so two owners cannot leave at once.</summary>
    public static async Task<string?> LockRole(Tx tx, Guid userId, CancellationToken ct)
    {
        await tx.One<Guid>(LockOrganisation, null, ct);
        return (await tx.One<MemberRow>(Select, new { userId }, ct))?.Role;
    }

    /// <summary>Why a member may not stop being what they are; null when they may.</summary>
    public static async Task<Refusal?> RefuseLeaving(Tx tx, string role, Caller caller, CancellationToken ct)
    {
        if (role != Roles.Owner) return null;
        if (caller.Role != Roles.Owner) return IdentityRefusals.OwnersOnly;
        return await tx.One<long>(CountOwners, null, ct) > 1 ? null : IdentityRefusals.LastOwner;
    }

    /// <summary>Why this caller may not hand out a role; null when they may.</summary>
    public static Refusal? RefuseGiving(string role, Caller caller)
    {
        if (!Roles.Exist(role) || role == Roles.Customer) return IdentityRefusals.RoleUnknown;
        return role == Roles.Owner && caller.Role != Roles.Owner ? IdentityRefusals.OwnersOnly : null;
    }

    private const string LockOrganisation = "select org_id from identity.organisations where org_id = @orgId for update";

    private const string Select = "select role from identity.members where org_id = @orgId and user_id = @userId";

    private const string CountOwners = "select count(*) from identity.members where org_id = @orgId and role = 'owner'";
}
