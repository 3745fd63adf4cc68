using Balie.Contracts.Identity;
using Balie.Orders.Invoices;
using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Refunds;

/// <summary>
/// The second pair of eyes: approves a refund that somebody else asked for. No API key: a person, whom one can ask, and neither the one who
/// asked for it nor the one who made the key that did.
/// </summary>
internal static partial class ApproveRefund
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/refunds/{refundId:guid}/approval", Handle).Needs(Permission.RefundsWrite).Idempotent();

    public static async Task<Outcome<RefundView>> Handle(
        Guid refundId, Caller caller, Refunding refunding, IssueInvoice invoices, SoldOrders orders, IStaff staff, Db db,
        ILogger<OrdersModule> log, CancellationToken ct)
    {
        if (caller.Kind != CallerKind.User) return ApprovalNeedsPerson;
        var approved = await db.Transact<RefundView>(async tx =>
        {
            if (await RefundRow.Find(tx, refundId, ct) is not { } found) return RefundNotFound;
            if (await OrderRow.Lock(tx, found.OrderId, ct) is not { } order) return RefundNotFound;
            if (await RefundRow.Find(tx, refundId, ct) is not { Status: RefundStates.Proposed } refund) return RefundDecided;
            if (await staff.PersonBehind(caller.OrgId, refund.RequestedBy, ct) == caller.UserId) return ApprovalBySomebodyElse;
            // What was set aside is still there, unless a bank took the payment back meanwhile.
            if ((await orders.Read(tx, order, ct)).AtProvidersMinor < 0) return MoneyNotThere.With("available", 0);

            await RefundStep.Take(tx, refundId, refund.Status, RefundStates.Requested, caller.Actor, "approved", ct);
            var decided = refund with { Status = RefundStates.Requested, DecidedBy = caller.Actor, DecidedAt = tx.Now };
            var (done, note) = await refunding.CarryOut(tx, order, decided, Triggers.Staff, caller.Actor, ct);
            if (note is not null) await invoices.ForRefunds(tx, [note], ct);
            return RefundView.Of(done);
        }, ct);
        if (approved.Ok) LogApproved(log, refundId, caller.Actor);
        return approved;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Refund {RefundId} was approved by {Actor}")]
    private static partial void LogApproved(ILogger log, Guid refundId, string actor);
}
