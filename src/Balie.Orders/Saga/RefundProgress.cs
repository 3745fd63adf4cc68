using Balie.Contracts.Orders;
using Balie.Contracts.Payments;

namespace Balie.Orders.Saga;

/// <summary>Writes down how a refund fared at the provider, and tells it. One that failed waits for staff.</summary>
internal static class RefundProgress
{
    public static async Task Happened(Tx tx, OrderRow order, PaymentHappening happening, CancellationToken ct)
    {
        var refundId = happening.RefundId ?? throw new InvalidOperationException("A refund happened without its id.");
        var status = happening.Event switch
        {
            PaymentEvent.RefundSucceeded => "succeeded",
            PaymentEvent.RefundFailed => "failed",
            PaymentEvent.RefundReversed => "reversed",
            _ => throw new InvalidOperationException($"{happening.Event} is not about a refund."),
        };
        await tx.Run(Move, new { refundId, status, happening.Reason, tx.Now }, ct);
        await OrderStep.Note(tx, order, Triggers.Payment, "payments", $"refund of {happening.Amount} {status}", ct);
        if (happening.Event == PaymentEvent.RefundSucceeded)
            await tx.Publish(new RefundSucceeded(refundId, order.OrderId, happening.Amount), ct);
        else
            await tx.Publish(new RefundFailed(refundId, order.OrderId, happening.Amount, happening.Reason), ct);
    }

    private const string Move = """
        update orders.refunds
        set status = @status, failure = left(@reason, 500), updated_at = @now
        where org_id = @orgId and refund_id = @refundId
        """;
}
