using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Organisations;

/// <summary>The organisation's keys, newest first, revoked ones included; the keys themselves are kept by nobody.</summary>
internal static class ListApiKeys
{
    /// <summary>A key, told by its first characters. Dapper cannot fill a positional record with an array.</summary>
    public sealed class ApiKeyView
    {
        public Guid Id { get; init; }
        public string Name { get; init; } = "";
        public string Hint { get; init; } = "";
        public string[] Scopes { get; init; } = [];
        public string CreatedBy { get; init; } = "";
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset? ExpiresAt { get; init; }
        public DateTimeOffset? LastUsedAt { get; init; }
        public DateTimeOffset? RevokedAt { get; init; }
    }

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/organisations/{organisationId:guid}/api-keys", Handle).Needs(Permission.ApiKeysWrite);

    public static async Task<Outcome<Page<ApiKeyView>>> Handle(Guid organisationId, Paging paging, Db db, CancellationToken ct)
    {
        if (organisationId != db.OrgId) return OrganisationNotFound;
        if (paging.Problem is { } problem) return problem;
        var rows = await db.Many<ApiKeyView>(Select, new { paging.After, paging.AfterId, paging.Take }, ct);
        return Page<ApiKeyView>.Of(rows, paging, row => (row.CreatedAt, row.Id));
    }

    private const string Select = """
        select key_id as id, name, hint, scopes, created_by, created_at, expires_at, last_used_at, revoked_at
        from identity.api_keys
        where org_id = @orgId and (@after::timestamptz is null or (created_at, key_id) < (@after, @afterId))
        order by created_at desc, key_id desc
        limit @take
        """;
}
