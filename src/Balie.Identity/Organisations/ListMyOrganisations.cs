using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Organisations;

/// <summary>The organisations somebody works for, newest membership first. Name one in <c>X-Organisation</c> to work in it.</summary>
internal static class ListMyOrganisations
{
    public sealed record MembershipView(Guid Id, string Slug, string Name, string Role, DateTimeOffset AddedAt);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/organisations", Handle).SignedIn();

    public static async Task<Outcome<Page<MembershipView>>> Handle(Caller caller, Paging paging, Accounts accounts, CancellationToken ct)
    {
        if (caller.UserId is not { } userId) return PersonNeeded;
        if (paging.Problem is { } problem) return problem;
        var rows = await accounts.Db.Many<MembershipView>(Select, new { userId, paging.After, paging.AfterId, paging.Take }, ct);
        return Page<MembershipView>.Of(rows, paging, row => (row.AddedAt, row.Id));
    }

    private const string Select = """
        select organisations.org_id as id, slug, name, role, added_at
        from identity.members
        join identity.organisations on organisations.org_id = members.org_id
        where members.user_id = @userId
          and (@after::timestamptz is null or (added_at, organisations.org_id) < (@after, @afterId))
        order by added_at desc, organisations.org_id desc
        limit @take
        """;
}
