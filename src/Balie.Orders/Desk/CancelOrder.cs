using Balie.Contracts.Orders;
using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Desk;

/// <summary>
/// Gives an order up. One that waits for its payment lets go of everything at once; one that cost nothing gives it back until the
/// organisation's limit before the start, for staff always. What was paid is given back by a refund. Twice says the same.
/// </summary>
internal static class CancelOrder
{
    private const int LongestReason = 500;

    public sealed record Request(string Reason = "");

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/orders/{orderOrReference}/cancel", Handle).Public().Idempotent();

    public static async Task<Outcome<OrderView>> Handle(
        string orderOrReference, Request request, string? email, Caller caller, OrderSaga saga, OrderReader orders, PolicyStore policies,
        Db db, CancellationToken ct)
    {
        if (request.Reason.Length > LongestReason)
            return KernelRefusals.Invalid.At("reason", $"Give a reason of at most {LongestReason} characters.");
        var figures = await policies.Of(caller.OrgId, ct);
        return await db.Transact<OrderView>(async tx =>
        {
            if (await OrderRow.Find(tx, orderOrReference, email, caller, Permission.OrdersWrite, forUpdate: true, ct) is not { } order)
                return OrderNotFound;
            if (order.Status == OrderStates.Cancelled) return await orders.View(tx, order, ct);
            var by = Triggers.Of(caller);
            if (!OrderTransitions.May(order.Status, OrderStates.Cancelled, by)) return OrderClosed;
            if (order.Status == OrderStates.AwaitingPayment)
                return await orders.View(tx, await saga.Cancel(tx, order, by, caller.Actor, request.Reason, ct), ct);

            if (order.TotalMinor > 0) return OrderPaid;
            var begins = await tx.One<DateTimeOffset?>(SelectBeginning, new { order.OrderId }, ct);
            if (by == Triggers.Shopper && tx.Now > begins - figures.CancellationUntil) return CancellationClosed;
            var cancelled = await OrderStep.Take(tx, order, OrderStates.Cancelled, by, caller.Actor, request.Reason, ct);
            await saga.Withdraw(tx, order.OrderId, caller.Actor, request.Reason, ct);
            tx.Publish(new OrderCancelled(order.OrderId, order.Reference, request.Reason));
            return await orders.View(tx, cancelled, ct);
        }, ct);
    }

    private const string SelectBeginning = "select min(starts_at) from orders.order_holds where org_id = @orgId and order_id = @orderId";
}
