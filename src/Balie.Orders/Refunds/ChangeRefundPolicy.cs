using System.Text.Json;

namespace Balie.Orders.Refunds;

/// <summary>
/// Replaces the refund rules of the organisation, or with <c>eventId</c> of one event; without rules that event follows the organisation
/// again. What was refunded before stays as it was. Two people who edit the same version do not overwrite each other.
/// </summary>
internal static class ChangeRefundPolicy
{
    public sealed record Request(RefundPolicy? Rules);

    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/refund-policy", Handle).Needs(Permission.PoliciesWrite);

    public static async Task<Outcome<RefundPolicyReader.Sheet>> Handle(
        Guid? eventId, Request request, IfMatch match, Caller caller, RefundPolicyReader policies, Db db, CancellationToken ct)
    {
        if (match.Problem is not null) return match.Problem;
        if (eventId == Guid.Empty) return KernelRefusals.Invalid.At("eventId");
        if (request.Rules is null && eventId is null) return KernelRefusals.Invalid.At("rules", "Give the rules.");
        if (request.Rules is { Tiers: null }) return KernelRefusals.Malformed;
        if (request.Rules?.Problem() is { } problem) return problem;

        return await db.Transact<RefundPolicyReader.Sheet>(async tx =>
        {
            var sheet = await policies.See(tx, eventId, ct);
            if (!match.Matches(sheet.Version)) return KernelRefusals.VersionChanged;
            var added = await tx.Run(Insert, new
            {
                subjectId = eventId ?? Guid.Empty,
                version = sheet.Version + 1,
                tx.Now,
                caller.Actor,
                rules = request.Rules is null ? RefundPolicyReader.Inherits : JsonSerializer.Serialize(request.Rules, Json.Options),
            }, ct);
            if (added == 0) return KernelRefusals.VersionChanged;
            return await policies.See(tx, eventId, ct);
        }, ct);
    }

    // Two edits of the same version meet here, and the key lets one through.
    private const string Insert = """
        insert into orders.refund_policies (org_id, subject_id, version, changed_at, actor, rules)
        values (@orgId, @subjectId, @version, @now, @actor, @rules::jsonb)
        on conflict do nothing
        """;
}
