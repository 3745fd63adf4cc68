namespace Balie.Orders.Refunds;

/// <summary>What a buyer gets back who gives something back: the organisation's rules, or with <c>eventId</c> those of one event.</summary>
internal static class SeeRefundPolicy
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/refund-policy", Handle).Public();

    public static async Task<Outcome<RefundPolicyReader.Sheet>> Handle(
        Guid? eventId, RefundPolicyReader policies, Db db, CancellationToken ct) =>
        await policies.See(db, eventId, ct);
}
