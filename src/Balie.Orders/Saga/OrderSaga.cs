using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Invoices;
using Balie.Orders.Vouchers;

namespace Balie.Orders.Saga;

/// <summary>
/// What becomes of an order: confirmed, expired or cancelled, each as one transaction that begins with the lock on its row. Everything it
/// holds becomes the buyer's together, or nothing does and the money goes back. No provider is called here.
/// </summary>
internal sealed class OrderSaga(OfferKinds kinds, IPayments payments, ILedger ledger, VoucherUses uses, IssueInvoice invoices)
{
    /// <summary>
    /// Makes an order that is covered the buyer's. Null when something of it cannot be had any more: then nothing was changed.
    /// </summary>
    public async Task<OrderRow?> Confirm(Tx tx, OrderRow order, string by, string actor, string reason, CancellationToken ct)
    {
        var contents = await OrderContents.Read(tx, order.OrderId, ct);
        if (await TakeEverything(tx, order, contents, actor, ct) is not { } taken) return null;
        var confirmed = await OrderStep.Take(tx, taken, OrderStates.Confirmed, by, actor, reason, ct);
        await SaleEntries.Post(tx, confirmed, contents.Lines, ledger, ct);
        if (!confirmed.CaptureLater) await payments.Stop(tx, order.OrderId, "the order is paid", ct);
        else if (confirmed.AuthorisedMinor > 0) await payments.Capture(tx, order.OrderId, ct);

        var holdIds = contents.Holds.Select(hold => hold.HoldId).ToArray();
        tx.Publish(new OrderConfirmed(order.OrderId, order.Reference, order.Total, holdIds, order.Locale));
        if (confirmed.TotalMinor > 0) await invoices.For(tx, confirmed, contents, ct);
        return confirmed;
    }

    /// <summary>Nobody paid in time. What it holds is let go, what was taken of it goes back.</summary>
    public async Task<OrderRow> Expire(Tx tx, OrderRow order, string by, CancellationToken ct)
    {
        var expired = await OrderStep.Take(tx, order, OrderStates.Expired, by, "system", "not paid in time", ct);
        await LetGo(tx, expired, "system", "the order was not paid in time", ct);
        tx.Publish(new OrderExpired(order.OrderId, order.Reference));
        return expired;
    }

    /// <summary>Given up before it was paid.</summary>
    public async Task<OrderRow> Cancel(Tx tx, OrderRow order, string by, string actor, string reason, CancellationToken ct)
    {
        var cancelled = await OrderStep.Take(tx, order, OrderStates.Cancelled, by, actor, reason, ct);
        await LetGo(tx, cancelled, actor, "the order was cancelled", ct);
        tx.Publish(new OrderCancelled(order.OrderId, order.Reference, reason));
        return cancelled;
    }

    /// <summary>Gives an order, and all that it holds, more time to be paid. What has ended meanwhile stays ended.</summary>
    public async Task Extend(Tx tx, OrderRow order, DateTimeOffset until, CancellationToken ct)
    {
        if (order.Status != OrderStates.AwaitingPayment || order.ExpiresAt >= until) return;
        foreach (var hold in await OrderContents.HoldsOf(tx, order.OrderId, ct))
            await kinds.Get(hold.Kind).Extend(tx, hold.HoldId, until, ct);
        await tx.Later(MoveEnd, new { order.OrderId, until, tx.Now }, ct);
    }

    /// <summary>Takes back everything of a confirmed order: it is void, and free for others.</summary>
    public async Task Withdraw(Tx tx, Guid orderId, string actor, string reason, CancellationToken ct)
    {
        foreach (var hold in await OrderContents.HoldsOf(tx, orderId, ct))
            await kinds.Get(hold.Kind).Withdraw(tx, hold.HoldId, null, actor, reason, ct);
    }

    // The third hold may be gone when the first two are taken already.
    private async Task<OrderRow?> TakeEverything(Tx tx, OrderRow order, OrderContents contents, string actor, CancellationToken ct)
    {
        OrderRow? covered = null;
        return await tx.AllOrNothing(async () =>
        {
            covered = await TakeVouchersAgain(tx, order, ct);
            return covered is not null && await TakeHolds(tx, order, contents, actor, ct);
        }, ct) ? covered : null;
    }

    private async Task<OrderRow?> TakeVouchersAgain(Tx tx, OrderRow order, CancellationToken ct)
    {
        if (order.Status is not (OrderStates.Expired or OrderStates.Cancelled)) return order;
        if (!await uses.TakeAgain(tx, order.OrderId, ct)) return null;
        if (await GiftPayments.TakeAgain(tx, order.OrderId, ct) is not { } settled) return null;
        await tx.Later(AddSettled, new { order.OrderId, minor = settled }, ct);
        var again = order with { SettledMinor = order.SettledMinor + settled };
        return again.IsCovered ? again : null;
    }

    private async Task<bool> TakeHolds(Tx tx, OrderRow order, OrderContents contents, string actor, CancellationToken ct)
    {
        foreach (var hold in contents.Holds)
            if (!await kinds.Get(hold.Kind).Confirm(tx, hold.HoldId, order.Buyer, actor, ct)) return false;
        return true;
    }

    // In reverse: the money's way is closed first, then what was reserved comes free.
    private async Task LetGo(Tx tx, OrderRow order, string actor, string reason, CancellationToken ct)
    {
        await payments.Stop(tx, order.OrderId, reason, ct);
        await uses.GiveBack(tx, order.OrderId, ct);
        var settled = await GiftPayments.GiveBack(tx, order.OrderId, ct);
        await tx.Later(AddSettled, new { order.OrderId, minor = -settled }, ct);
        foreach (var hold in await OrderContents.HoldsOf(tx, order.OrderId, ct))
            await kinds.Get(hold.Kind).Release(tx, hold.HoldId, actor, reason, ct);
        if (order.CapturedMinor > order.RefundedMinor) await GiveMoneyBack.Of(tx, order, payments, GiveMoneyBack.TooLate, reason, ct);
    }

    private const string AddSettled = """
        update orders.orders
        set settled_minor = settled_minor + @minor
        where org_id = @orgId and order_id = @orderId
        """;

    private const string MoveEnd = """
        update orders.orders
        set expires_at = @until, updated_at = @now
        where org_id = @orgId and order_id = @orderId
        """;
}
