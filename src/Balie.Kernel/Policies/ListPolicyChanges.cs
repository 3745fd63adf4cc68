using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Balie.Kernel;

/// <summary>Who changed an organisation's policies, when, and to what: the latest first.</summary>
internal static class ListPolicyChanges
{
    public sealed record PolicyChange(int Version, DateTimeOffset ChangedAt, string ChangedBy, JsonElement Own);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/policies/history", Handle).Needs(Permission.AuditRead);

    private static async Task<Outcome<Page<PolicyChange>>> Handle(Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is not null) return paging.Problem;
        var rows = await db.Many<Latest>(Select, new { version = VersionIn(paging.AfterId), paging.Take }, ct);
        return Page<PolicyChange>.Of(
            [.. rows.Select(row => new PolicyChange(row.Version, row.ChangedAt, row.Actor, JsonElement.Parse(row.Own)))],
            paging,
            row => (row.ChangedAt, IdOf(row.Version)));
    }

    // A cursor is a moment and an id; here the id is the version.
    private static Guid IdOf(int version) => new(version, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    private static int? VersionIn(Guid? id) => id is null ? null : BitConverter.ToInt32(id.Value.ToByteArray());

    private const string Select = """
        select version, changed_at, actor, own::text
        from kernel.policies
        where org_id = @orgId and (@version::integer is null or version < @version)
        order by version desc
        limit @Take
        """;
}
