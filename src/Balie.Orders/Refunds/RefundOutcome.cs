using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Saga;

namespace Balie.Orders.Refunds;

/// <summary>
/// Writes down how a refund fared at the provider, and tells it. A refund of several payments has succeeded when its last part has; a part
/// that failed or came back waits for staff. What the table of states does not know, such as a failure after a success, changes nothing.
/// </summary>
internal static class RefundOutcome
{
    private const string Actor = "payments";

    public static async Task Apply(Tx tx, OrderRow order, PaymentHappening happening, CancellationToken ct)
    {
        var refundId = happening.RefundId ?? throw new InvalidOperationException("A refund happened without its id.");
        var minor = happening.Amount.Amount;
        var (status, paid) = happening.Event switch
        {
            PaymentEvent.RefundSucceeded => (RefundStates.Succeeded, minor),
            PaymentEvent.RefundFailed => (RefundStates.Failed, 0L),
            PaymentEvent.RefundReversed => (RefundStates.Reversed, -minor),
            _ => throw new InvalidOperationException($"{happening.Event} is not about a refund."),
        };
        var told = $"refund of {happening.Amount} {status}{(happening.Reason.Length == 0 ? "" : $": {happening.Reason}")}";
        await OrderStep.Note(tx, order, Triggers.Payment, Actor, told, ct);
        var refund = await tx.One<RefundRow>(CountPaid, new { refundId, paid }, ct)
            ?? throw new InvalidOperationException($"Payments tells of refund {refundId}, which does not exist.");
        if (status == RefundStates.Succeeded && refund.PaidMinor < refund.AmountMinor) return;
        if (!await RefundStep.Take(tx, refundId, refund.Status, status, Actor, happening.Reason, ct)) return;
        if (status == RefundStates.Succeeded) tx.Publish(new RefundSucceeded(refundId, order.OrderId, refund.Total));
        else tx.Publish(new RefundFailed(refundId, order.OrderId, happening.Amount, happening.Reason));
    }

    /// <summary>
    /// Somebody gave money back in the provider's own screens. It is gone and no sale was reversed: staff find it among the refunds.
    /// </summary>
    public static async Task KeepByHand(Tx tx, PaymentHappening happening, CancellationToken ct)
    {
        var refundId = tx.NewId();
        await tx.Later(InsertByHand, new
        {
            refundId,
            happening.OrderId,
            minor = happening.Amount.Amount,
            happening.Amount.Currency,
            kind = RefundKinds.ByHand,
            actor = Actor,
            happening.Reason,
            tx.Now,
        }, ct);
        await RefundStep.Record(tx, refundId, "", RefundStates.Succeeded, Actor, happening.Reason, ct);
    }

    private const string CountPaid = $"""
        update orders.refunds
        set paid_minor = greatest(0, paid_minor + @paid)
        where org_id = @orgId and refund_id = @refundId
        returning {RefundRow.Columns}
        """;

    private const string InsertByHand = """
        insert into orders.refunds (
            org_id, refund_id, order_id, kind, status, amount_minor, paid_minor, currency, terms, restock, reason, requested_by,
            requested_at, decided_by, decided_at, updated_at)
        values (
            @orgId, @refundId, @orderId, @kind, 'succeeded', @minor, @minor, @currency, 'sum', false, left(@reason, 500), @actor,
            @now, @actor, @now, @now)
        """;
}
