using Balie.Contracts.Inventory;
using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Pages;
using Balie.Orders.Refunds;

namespace Balie.Orders.Saga;

/// <summary>
/// What happened to an order's money, and what follows from it. Runs within the transaction of Payments, under the lock on the order, so
/// money and meaning commit together; it refuses nothing, because money that came is a fact.
/// </summary>
internal sealed partial class Payables(
    OrderSaga saga, IPayments payments, PolicyStore policies, IInventory inventory, OrderPass passes, ILogger<OrdersModule> log) : IPayables
{
    private const string Actor = "payments";

    public async Task<bool> Lock(Tx tx, Guid orderId, CancellationToken ct) => await OrderRow.Lock(tx, orderId, ct) is not null;

    public string PassTo(Guid orgId, Guid orderId) => passes.To(orgId, orderId);

    public async Task Happened(Tx tx, PaymentHappening happening, CancellationToken ct)
    {
        var order = await tx.One<OrderRow>(Count, Amounts(happening), ct)
            ?? throw new InvalidOperationException($"Payments tells of order {happening.OrderId}, which does not exist.");
        switch (happening.Event)
        {
            case PaymentEvent.Pending:
                await GiveTime(tx, order, ct);
                break;

            case PaymentEvent.Authorised:
                await OrderStep.Note(tx, order, Triggers.Payment, Actor, $"{happening.Amount} authorised", ct);
                await GiveTime(tx, order, ct);
                // What was given up is not sold for money that is only reserved, and already asked to be let go.
                if (order.CaptureLater && order.Status is not (OrderStates.Expired or OrderStates.Cancelled)) await Settle(tx, order, ct);
                break;

            case PaymentEvent.Captured:
                await OrderStep.Note(tx, order, Triggers.Payment, Actor, $"{happening.Amount} paid", ct);
                await Settle(tx, order, ct);
                break;

            case PaymentEvent.Failed or PaymentEvent.Cancelled or PaymentEvent.Expired or PaymentEvent.Voided:
                await OrderStep.Note(tx, order, Triggers.Payment, Actor, Ended(happening), ct);
                await LookAgain(tx, order, ct);
                break;

            case PaymentEvent.ChargedBack:
                await Mark(tx, order, $"{happening.Amount} charged back: {happening.Reason}", ct);
                break;

            case PaymentEvent.ChargebackReversed:
                await OrderStep.Note(tx, order, Triggers.Payment, Actor, $"{happening.Amount} of a chargeback came back", ct);
                break;

            case PaymentEvent.RefundSucceeded when happening.RefundId is null:
                await Mark(tx, order, $"{happening.Amount} was refunded at the provider by hand", ct);
                await RefundOutcome.KeepByHand(tx, happening, ct);
                break;

            case PaymentEvent.RefundSucceeded or PaymentEvent.RefundFailed or PaymentEvent.RefundReversed:
                await RefundOutcome.Apply(tx, order, happening, ct);
                break;

            default:
                throw new InvalidOperationException($"Unknown payment event {happening.Event}.");
        }
    }

    // Once it is covered it is the buyer's; what cannot be had any more, or is too much, goes back.
    private async Task Settle(Tx tx, OrderRow order, CancellationToken ct)
    {
        if (order.IsSold)
        {
            await GiveMoneyBack.Of(tx, order, payments, GiveMoneyBack.Surplus, "paid more than the order costs", ct);
            return;
        }
        var late = order.Status is not OrderStates.AwaitingPayment;
        if (!late && !order.IsCovered) return;

        if (await saga.Confirm(tx, order, Triggers.Payment, Actor, late ? "paid late" : "paid", ct) is { } confirmed)
        {
            LogConfirmed(log, order.OrderId);
            await GiveMoneyBack.Of(tx, confirmed, payments, GiveMoneyBack.Surplus, "paid more than the order costs", ct);
            return;
        }
        const string Why = "paid for something that could not be had any more";
        LogTooLate(log, order.OrderId);
        if (late)
        {
            await OrderStep.Note(tx, order, Triggers.Payment, Actor, Why, ct);
            await payments.Stop(tx, order.OrderId, Why, ct);
            await GiveMoneyBack.Of(tx, order, payments, GiveMoneyBack.TooLate, Why, ct);
        }
        else
        {
            await saga.Cancel(tx, order, Triggers.Payment, Actor, Why, ct);
        }
        tx.Publish(new OrderPaidTooLate(order.OrderId, order.Reference, new Money(order.CapturedMinor, order.Currency)));
    }

    // A bank that is busy keeps the places, within reason: beyond that they come free, and a late success takes them again if it can.
    private async Task GiveTime(Tx tx, OrderRow order, CancellationToken ct)
    {
        var figures = await policies.Of(tx.OrgId, ct);
        var last = order.CreatedAt + figures.LongestPayment;
        if (tx.Now < last) await saga.Extend(tx, order, inventory.Now + figures.PaymentDuration, ct);
    }

    // An attempt ended. When it was the last one there is nothing authorised any more, and perhaps nothing left to wait for.
    private async Task LookAgain(Tx tx, OrderRow order, CancellationToken ct)
    {
        if ((await payments.Totals(tx, [order.OrderId], ct)).Any(money => money.IsPending)) return;
        if (order.AuthorisedMinor > 0)
        {
            await tx.Later(ForgetAuthorised, new { order.OrderId }, ct);
            order = order with { AuthorisedMinor = 0 };
        }
        if (order.IsSold && !order.IsCovered) await Mark(tx, order, "authorised money was let go without being taken", ct);
        if (order.Status == OrderStates.AwaitingPayment && order.ExpiresAt < inventory.Now)
            await saga.Expire(tx, order, Triggers.Payment, ct);
    }

    private static async Task Mark(Tx tx, OrderRow order, string reason, CancellationToken ct)
    {
        await tx.Later(PutOnHold, new { order.OrderId, reason = reason.Length > 500 ? reason[..500] : reason, tx.Now }, ct);
        await OrderStep.Note(tx, order, Triggers.Payment, Actor, reason, ct);
    }

    private static string Ended(PaymentHappening happening) =>
        $"payment {happening.Event.ToString().ToLowerInvariant()}{(happening.Reason.Length == 0 ? "" : $": {happening.Reason}")}";

    private static object Amounts(PaymentHappening happening)
    {
        var minor = happening.Amount.Amount;
        return new
        {
            happening.OrderId,
            authorised = happening.Event == PaymentEvent.Authorised ? minor : 0,
            captured = happening.Event == PaymentEvent.Captured ? minor : 0,
            voided = happening.Event == PaymentEvent.Voided ? minor : 0,
            refunded = happening.Event switch
            {
                PaymentEvent.RefundSucceeded => minor,
                PaymentEvent.RefundReversed => -minor,
                _ => 0,
            },
            chargedBack = happening.Event switch
            {
                PaymentEvent.ChargedBack => minor,
                PaymentEvent.ChargebackReversed => -minor,
                _ => 0,
            },
        };
    }

    // What is captured, or let go, is authorised no longer; many ways of paying capture without saying so before.
    private const string Count = $"""
        update orders.orders
        set authorised_minor = greatest(0, authorised_minor + @authorised - @captured - @voided),
            captured_minor = captured_minor + @captured,
            refunded_minor = greatest(0, refunded_minor + @refunded),
            charged_back_minor = greatest(0, charged_back_minor + @chargedBack)
        where org_id = @orgId and order_id = @orderId
        returning {OrderRow.Columns}
        """;

    private const string ForgetAuthorised =
        "update orders.orders set authorised_minor = 0 where org_id = @orgId and order_id = @orderId";

    private const string PutOnHold = """
        update orders.orders
        set on_hold = @reason, updated_at = @now
        where org_id = @orgId and order_id = @orderId
        """;

    [LoggerMessage(Level = LogLevel.Information, Message = "Order {OrderId} is paid and confirmed")]
    private static partial void LogConfirmed(ILogger log, Guid orderId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Order {OrderId} was paid too late; the money goes back")]
    private static partial void LogTooLate(ILogger log, Guid orderId);
}
