using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Refunds;

/// <summary>
/// Tries once more to pay out a refund that failed, or came back. The provider gets a new one: under the old name it would only repeat its
/// no. The sale was reversed already, so there is no other credit note.
/// </summary>
internal static class RetryRefund
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/refunds/{refundId:guid}/retry", Handle).Needs(Permission.RefundsWrite).Creates();

    public static async Task<Outcome<RefundView>> Handle(Guid refundId, Caller caller, IPayments payments, Db db, CancellationToken ct) =>
        await db.Transact<RefundView>(async tx =>
        {
            if (await RefundRow.Find(tx, refundId, ct) is not { } found) return RefundNotFound;
            if (await OrderRow.Lock(tx, found.OrderId, ct) is not { } order) return RefundNotFound;
            if (await RefundRow.Find(tx, refundId, ct) is not { Status: RefundStates.Failed or RefundStates.Reversed } failed)
                return RefundNotFailed;
            // Another part of it may be under way still, and is not to be paid twice.
            if ((await payments.Totals(tx, [order.OrderId], ct)).Any(money => money.Refunding.Amount > 0)) return RefundUnderWay;

            var again = failed with
            {
                RefundId = tx.NewId(),
                Status = RefundStates.Requested,
                AmountMinor = failed.AmountMinor - failed.PaidMinor,
                SettledMinor = 0,
                PaidMinor = 0,
                KeptMinor = 0,
                Failure = "",
                RequestedBy = caller.Actor,
                RequestedAt = tx.Now,
                DecidedBy = caller.Actor,
                DecidedAt = tx.Now,
                RunId = null,
                Replaces = refundId,
            };
            await RefundStep.Take(tx, refundId, failed.Status, RefundStates.Cancelled, caller.Actor, "tried again", ct);
            await tx.Run(Insert, again, ct);
            await RefundStep.Record(tx, again.RefundId, "", again.Status, caller.Actor, "tried again", ct);
            var amount = new Money(again.AmountMinor, again.Currency);
            await payments.Refund(tx, new RefundOrder(again.RefundId, order.OrderId, amount, again.Reason), ct);
            await OrderStep.Note(tx, order, Triggers.Staff, caller.Actor, $"refund of {amount} tried again", ct);
            tx.Publish(new RefundRequested(again.RefundId, order.OrderId, amount, again.Reason));
            return RefundView.Of(again);
        }, ct);

    private const string Insert = """
        insert into orders.refunds (
            org_id, refund_id, order_id, kind, status, amount_minor, currency, terms, restock, reason, requested_by, requested_at,
            decided_by, decided_at, replaces, updated_at)
        values (
            @orgId, @RefundId, @OrderId, @Kind, @Status, @AmountMinor, @Currency, @Terms, @Restock, @Reason, @RequestedBy, @RequestedAt,
            @DecidedBy, @DecidedAt, @Replaces, @RequestedAt)
        """;
}
