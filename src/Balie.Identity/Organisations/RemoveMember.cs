using Balie.Contracts.Identity;
using Balie.Identity.Sessions;
using Balie.Identity.SignIn;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Organisations;

/// <summary>Takes somebody out of the organisation; within a second they are a customer like any other. The last owner stays.</summary>
internal static class RemoveMember
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/organisations/{organisationId:guid}/members/{userId:guid}", Handle).Needs(Permission.MembersWrite);

    public static async Task<Outcome<Done>> Handle(
        Guid organisationId, Guid userId, Caller caller, Client client, Accounts accounts, CancellationToken ct)
    {
        if (organisationId != caller.OrgId) return OrganisationNotFound;
        return await accounts.Db.Transact<Done>(async tx =>
        {
            if (await Members.LockRole(tx, userId, ct) is not { } role) return MemberNotFound;
            if (await Members.RefuseLeaving(tx, role, caller, ct) is { } leaving) return leaving;

            await tx.Run(Delete, new { userId }, ct);
            await tx.Audit(caller.Actor, "member.removed", userId, client.Address, new { role }, ct);
            tx.Publish(new MemberRemoved(userId));
            await tx.Tell(userId, ct);
            return new Done("They are no longer a member.");
        }, ct);
    }

    private const string Delete = "delete from identity.members where org_id = @orgId and user_id = @userId";
}
