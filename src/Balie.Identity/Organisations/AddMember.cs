using Balie.Contracts.Identity;
using Balie.Identity.Sessions;
using Balie.Identity.SignIn;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Organisations;

/// <summary>Gives somebody with an account a role in the organisation.</summary>
internal static class AddMember
{
    public sealed record Asked(string Email, string Role);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/organisations/{organisationId:guid}/members", Handle).Needs(Permission.MembersWrite).Creates();

    public static async Task<Outcome<ListMembers.MemberView>> Handle(
        Guid organisationId, Asked asked, Caller caller, Client client, Accounts accounts, Attempts attempts, CancellationToken ct)
    {
        if (organisationId != caller.OrgId) return OrganisationNotFound;
        if (EmailAddress.Key(asked.Email) is not { } emailKey) return EmailInvalid;
        if (Members.RefuseGiving(asked.Role, caller) is { } refusal) return refusal;
        // This answer tells who has an account, so it cannot be asked for a list of addresses.
        var subject = EmailAddress.Subject(emailKey);
        if (await attempts.Begin(Attempts.Member, subject, client, ct) is { Refusal: { } tooMany }) return tooMany;

        return await accounts.Db.Transact<ListMembers.MemberView>(async tx =>
        {
            if (await tx.One<UserRow>(SelectUser, new { emailKey }, ct) is not { } user) return AccountNotFound;
            if (await tx.Run(Insert, new { user.UserId, asked.Role, tx.Now }, ct) == 0) return AlreadyMember;

            await Attempts.Forgive(tx, Attempts.Member, subject, client, ct);
            await tx.Audit(caller.Actor, "member.added", user.UserId, client.Address, new { asked.Role }, ct);
            tx.Publish(new MemberAdded(user.UserId, asked.Role));
            await tx.Tell(user.UserId, ct);
            return new ListMembers.MemberView(user.UserId, user.Email, user.Name, asked.Role, user.Totp, tx.Now);
        }, ct);
    }

    private sealed record UserRow(Guid UserId, string Email, string Name, bool Totp);

    private const string SelectUser = """
        select user_id, email, name, totp_since is not null as totp
        from identity.users
        where email_key = @emailKey and verified_at is not null and disabled_at is null
        """;

    private const string Insert = """
        insert into identity.members (org_id, user_id, role, added_at)
        values (@orgId, @userId, @role, @now)
        on conflict do nothing
        """;
}
