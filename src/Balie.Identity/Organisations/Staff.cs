using Balie.Contracts.Identity;

namespace Balie.Identity.Organisations;

internal sealed class Staff(SystemDb db) : IStaff
{
    public async Task<IReadOnlyList<StaffMember>> WhoMay(Guid organisationId, Permission permission, CancellationToken ct)
    {
        string[] roles = [.. Roles.Permissions.Where(role => role.Value.Contains(permission)).Select(role => role.Key)];
        return await db.Everywhere.Many<StaffMember>(Select, new { organisationId, roles }, ct);
    }

    public Task<Guid?> PersonBehind(Guid organisationId, string actor, CancellationToken ct) =>
        db.As(organisationId).One<Guid?>(SelectPerson, new { actor }, ct);

    private const string Select = """
        select users.user_id, email, name, locale
        from identity.members
        join identity.users on users.user_id = members.user_id
        where members.org_id = @organisationId and role = any(@roles) and disabled_at is null
        order by email
        """;

    // A key with the permission to make keys may have made it.
    private const string SelectPerson = """
        with recursive behind (actor) as (
            select @actor
            union
            select created_by
            from behind
            join identity.api_keys on org_id = @orgId and actor = 'apikey:' || key_id
        )
        select substring(actor from 'user:(.*)')::uuid
        from behind
        where actor like 'user:%'
        """;
}
