using Balie.Contracts.Identity;

namespace Balie.Identity.Organisations;

internal sealed class Staff(SystemDb db) : IStaff
{
    public async Task<IReadOnlyList<StaffMember>> WhoMay(Guid organisationId, Permission permission, CancellationToken ct)
    {
        string[] roles = [.. Roles.Permissions.Where(role => role.Value.Contains(permission)).Select(role => role.Key)];
        return await db.Everywhere.Many<StaffMember>(Select, new { organisationId, roles }, ct);
    }

    private const string Select = """
        select users.user_id, email, name, locale
        from identity.members
        join identity.users on users.user_id = members.user_id
        where members.org_id = @organisationId and role = any(@roles) and disabled_at is null
        order by email
        """;
}
