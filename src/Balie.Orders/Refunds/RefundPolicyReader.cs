using System.Text.Json;

namespace Balie.Orders.Refunds;

/// <summary>The rules that apply: those of an event where it has its own, else the organisation's, else ours.</summary>
internal sealed class RefundPolicyReader(PolicyStore policies)
{
    /// <summary>An event that follows the organisation again stores this.</summary>
    public const string Inherits = "null";

    private sealed record Row(Guid SubjectId, int Version, DateTimeOffset ChangedAt, string Actor, string Rules);

    /// <param name="Own">False where the rules are somebody else's: the organisation's for an event, ours for an organisation.</param>
    public sealed record Sheet(
        int Version, DateTimeOffset? ChangedAt, string? ChangedBy, Guid? EventId, bool Own, RefundPolicy Rules) : IVersioned;

    public async Task<Sheet> See(Sql sql, Guid? subjectId, CancellationToken ct)
    {
        var rows = await Latest(sql, [subjectId ?? Guid.Empty, Guid.Empty], ct);
        var latest = rows.GetValueOrDefault(subjectId ?? Guid.Empty);
        var own = latest is null ? null : Read(latest.Rules);
        var rules = own ?? (rows.GetValueOrDefault(Guid.Empty) is { } organisation ? Read(organisation.Rules) : null)
            ?? RefundPolicy.Default(await policies.Of(sql.OrgId, ct));
        return new Sheet(latest?.Version ?? 0, latest?.ChangedAt, latest?.Actor, subjectId, own is not null, rules);
    }

    /// <summary>The rules of many subjects at once.</summary>
    public async Task<Func<Guid, RefundPolicy>> Of(Sql sql, IEnumerable<Guid> subjectIds, CancellationToken ct)
    {
        var rows = (await Latest(sql, [.. subjectIds.Distinct(), Guid.Empty], ct))
            .ToDictionary(row => row.Key, row => Read(row.Value.Rules));
        var everywhere = rows.GetValueOrDefault(Guid.Empty) ?? RefundPolicy.Default(await policies.Of(sql.OrgId, ct));
        return subjectId => rows.GetValueOrDefault(subjectId) ?? everywhere;
    }

    private static async Task<Dictionary<Guid, Row>> Latest(Sql sql, Guid[] subjectIds, CancellationToken ct) =>
        (await sql.Many<Row>(SelectLatest, new { subjectIds }, ct)).ToDictionary(row => row.SubjectId);

    private static RefundPolicy? Read(string rules) => JsonSerializer.Deserialize<RefundPolicy>(rules, Json.Options);

    private const string SelectLatest = """
        select distinct on (subject_id) subject_id, version, changed_at, actor, rules::text
        from orders.refund_policies
        where org_id = @orgId and subject_id = any (@subjectIds)
        order by subject_id, version desc
        """;
}
