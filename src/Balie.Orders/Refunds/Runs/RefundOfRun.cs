using Balie.Orders.Invoices;
using Balie.Orders.Saga;

namespace Balie.Orders.Refunds.Runs;

/// <summary>What a run does with one order, whose row the caller has locked.</summary>
internal sealed class RefundOfRun(OfferKinds kinds, OrderSaga saga, Refunding refunding)
{
    public const string Refunded = "refunded";
    public const string Cancelled = "cancelled";
    public const string Nothing = "nothing";

    /// <param name="Outcome">What became of it; null when it must wait.</param>
    public sealed record Done(string? Outcome, long AmountMinor = 0, CreditNote? Note = null, string Problem = "");

    /// <summary>What of an order goes back: all that is left of this event in it, and nothing of others.</summary>
    public static Quote QuoteOf(RefundRun run, SoldOrder sold) => Quote.Full(sold,
    [
        .. sold.Lines.Where(line => line.IsItem && line.LeftQuantity > 0 && run.Includes(sold.HoldOf(line)))
            .Select(line => new TakenBack(line, line.LeftQuantity, [])),
    ]);

    public async Task<Done> Do(Tx tx, RefundRun run, SoldOrder sold, CancellationToken ct)
    {
        var order = sold.Order;
        if (order.Status == OrderStates.AwaitingPayment)
        {
            await saga.Cancel(tx, order, Triggers.Staff, run.Actor, run.Reason, ct);
            return new Done(Cancelled);
        }
        if (!order.IsSold) return new Done(Nothing);
        SoldHold[] holds = [.. sold.Holds.Where(run.Includes)];
        // Whoever sells it may hear of the cancellation a moment after us.
        if (holds.Any(hold => hold.Seen is not null && !hold.IsCalledOff)) return new Done(null);

        var quote = QuoteOf(run, sold);
        if (quote.Lines.Count == 0) return new Done(Nothing);
        if (quote.AmountMinor == 0) return await GiveUp(tx, run, sold, holds, ct);
        var refund = await refunding.Request(tx, quote, new RefundAsked(
            RefundKinds.CalledOff, run.Actor, Triggers.Staff, run.Reason, Restock: true, NeedsApproval: false, run.RunId), ct);
        return refund.Refusal is { } no
            ? new Done("", Problem: no.Message)
            : new Done(Refunded, refund.Value.Refund.Total.Amount, refund.Value.Note);
    }

    // It cost nothing, so there is nothing to give back but the places.
    private async Task<Done> GiveUp(Tx tx, RefundRun run, SoldOrder sold, SoldHold[] holds, CancellationToken ct)
    {
        foreach (var hold in holds) await kinds.Get(hold.Kind).Withdraw(tx, hold.HoldId, null, run.Actor, run.Reason, ct);
        if (sold.Order.TotalMinor == 0 && holds.Length == sold.Holds.Count
            && OrderTransitions.May(sold.Order.Status, OrderStates.Cancelled, Triggers.Staff))
        {
            await OrderStep.Take(tx, sold.Order, OrderStates.Cancelled, Triggers.Staff, run.Actor, run.Reason, ct);
            tx.Publish(new Contracts.Orders.OrderCancelled(sold.Order.OrderId, sold.Order.Reference, run.Reason));
        }
        return new Done(Cancelled);
    }
}
