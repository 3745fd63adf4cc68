using Balie.Contracts.Identity;
using Balie.Identity.Sessions;
using Balie.Identity.SignIn;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Organisations;

/// <summary>Gives a member another role; every process knows within a second. The last owner stays one.</summary>
internal static class ChangeRole
{
    public sealed record Asked(string Role);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/organisations/{organisationId:guid}/members/{userId:guid}", Handle).Needs(Permission.MembersWrite);

    public static async Task<Outcome<Done>> Handle(
        Guid organisationId, Guid userId, Asked asked, Caller caller, Client client, Accounts accounts, CancellationToken ct)
    {
        if (organisationId != caller.OrgId) return OrganisationNotFound;
        if (Members.RefuseGiving(asked.Role, caller) is { } refusal) return refusal;

        return await accounts.Db.Transact<Done>(async tx =>
        {
            if (await Members.LockRole(tx, userId, ct) is not { } role) return MemberNotFound;
            if (role == asked.Role) return new Done("That is their role already.");
            if (await Members.RefuseLeaving(tx, role, caller, ct) is { } leaving) return leaving;

            await tx.Run(Update, new { userId, asked.Role }, ct);
            await tx.Audit(caller.Actor, "member.role_changed", userId, client.Address, new { from = role, to = asked.Role }, ct);
            tx.Publish(new MemberRoleChanged(userId, asked.Role));
            await tx.Tell(userId, ct);
            return new Done("Their role is changed.");
        }, ct);
    }

    private const string Update = "update identity.members set role = @role where org_id = @orgId and user_id = @userId";
}
