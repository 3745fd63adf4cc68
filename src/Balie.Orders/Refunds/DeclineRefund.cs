using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Refunds;

/// <summary>
/// Says no to a refund that waits for approval, for a reason that stays. Whoever asked for it may take it back the same way.
/// </summary>
internal static class DeclineRefund
{
    private const int LongestReason = 500;

    public sealed record Request(string Reason);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/refunds/{refundId:guid}/rejection", Handle).Needs(Permission.RefundsWrite).Idempotent();

    public static async Task<Outcome<RefundView>> Handle(Guid refundId, Request request, Caller caller, Db db, CancellationToken ct)
    {
        if (caller.Kind != CallerKind.User) return ApprovalNeedsPerson;
        if (request.Reason.Trim().Length is 0 or > LongestReason) return ReasonRequired;
        return await db.Transact<RefundView>(async tx =>
        {
            if (await RefundRow.Find(tx, refundId, ct) is not { } found) return RefundNotFound;
            if (await OrderRow.Lock(tx, found.OrderId, ct) is not { } order) return RefundNotFound;
            if (await RefundRow.Find(tx, refundId, ct) is not { Status: RefundStates.Proposed } refund) return RefundDecided;
            await RefundStep.Take(tx, refundId, refund.Status, RefundStates.Declined, caller.Actor, request.Reason, ct);
            await OrderStep.Note(
                tx, order, Triggers.Staff, caller.Actor, $"refund of {refund.Total} declined: {request.Reason}", ct);
            return RefundView.Of(refund with { Status = RefundStates.Declined, DecidedBy = caller.Actor, DecidedAt = tx.Now });
        }, ct);
    }
}
