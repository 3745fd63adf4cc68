using Balie.Contracts.Orders;
using Balie.Contracts.Payments;

namespace Balie.Orders.Saga;

/// <summary>
/// Money that came and was never a sale goes back at once, without anybody's decision: a surplus, or what came for something that could
/// not be had. The ledger needs nothing here: it came in for the customer, and goes out to them.
/// </summary>
internal static class GiveMoneyBack
{
    public const string Surplus = "surplus";
    public const string TooLate = "too_late";

    /// <summary>All that was captured beyond what is sold and beyond what goes back already. Zero when there is none.</summary>
    public static async Task<Money> Of(
        Tx tx, OrderRow order, IPayments payments, string kind, string reason, CancellationToken ct)
    {
        var sold = order.IsSold ? order.TotalMinor - order.SettledMinor : 0;
        // As a rule exactly what is sold came in: nothing to ask for.
        if (order.CapturedMinor <= sold) return Money.Zero(order.Currency);
        var refunding = await tx.One<long>(SumUnsold, new { order.OrderId }, ct);
        var amount = new Money(order.CapturedMinor - sold - refunding, order.Currency);
        if (amount.Amount <= 0) return Money.Zero(order.Currency);

        var refundId = tx.NewId();
        await tx.Later(Insert, new { refundId, order.OrderId, kind, minor = amount.Amount, order.Currency, reason, tx.Now }, ct);
        await payments.Refund(tx, new RefundOrder(refundId, order.OrderId, amount, reason), ct);
        tx.Publish(new RefundRequested(refundId, order.OrderId, amount, reason));
        return amount;
    }

    // Refunds of sales have their own account of what is left; these here share the rest.
    private const string SumUnsold = """
        select coalesce(sum(amount_minor), 0)::bigint
        from orders.refunds
        where org_id = @orgId and order_id = @orderId and kind in ('surplus', 'too_late')
        """;

    private const string Insert = """
        insert into orders.refunds (
            org_id, refund_id, order_id, kind, status, amount_minor, currency, reason, requested_by, requested_at, decided_by, decided_at,
            updated_at)
        values (@orgId, @refundId, @orderId, @kind, 'requested', @minor, @currency, @reason, 'system', @now, 'system', @now, @now)
        """;
}
