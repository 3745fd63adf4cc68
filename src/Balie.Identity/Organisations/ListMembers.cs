namespace Balie.Identity.Organisations;

/// <summary>Who works for the organisation, newest first.</summary>
internal static class ListMembers
{
    public sealed record MemberView(Guid UserId, string Email, string Name, string Role, bool Totp, DateTimeOffset AddedAt);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/organisations/{organisationId:guid}/members", Handle).Needs(Permission.MembersWrite);

    public static async Task<Outcome<Page<MemberView>>> Handle(Guid organisationId, Paging paging, Accounts accounts, CancellationToken ct)
    {
        if (organisationId != accounts.Db.OrgId) return IdentityRefusals.OrganisationNotFound;
        if (paging.Problem is { } problem) return problem;
        var rows = await accounts.Db.Many<MemberView>(Select, new { paging.After, paging.AfterId, paging.Take }, ct);
        return Page<MemberView>.Of(rows, paging, row => (row.AddedAt, row.UserId));
    }

    private const string Select = """
        select members.user_id, email, name, role, totp_since is not null as totp, added_at
        from identity.members
        join identity.users on users.user_id = members.user_id
        where members.org_id = @orgId
          and (@after::timestamptz is null or (added_at, members.user_id) < (@after, @afterId))
        order by added_at desc, members.user_id desc
        limit @take
        """;
}
