using Balie.Contracts.Inventory;
using Balie.Orders.Placing;
using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Desk;

/// <summary>
/// A new attempt to pay an order, after one that failed or for what is left. An attempt that is still open is given again.
/// </summary>
internal static class PayOrder
{
    /// <param name="PaymentUrl">The page where it is paid.</param>
    public sealed record Attempt(Guid OrderId, Guid AttemptId, string PaymentUrl, Money Due, DateTimeOffset? ExpiresAt);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/orders/{orderOrReference}/payments", Handle).Public().Creates();

    public static async Task<Outcome<Attempt>> Handle(
        string orderOrReference, string? email, Caller caller, Placement placement, IInventory inventory, Db db, CancellationToken ct) =>
        await db.Transact<Attempt>(async tx =>
        {
            if (await OrderRow.Find(tx, orderOrReference, email, caller, Permission.OrdersWrite, forUpdate: true, ct) is not { } order)
                return OrderNotFound;
            if (order.IsSold) return NothingDue;
            if (order.Status != OrderStates.AwaitingPayment || order.ExpiresAt < inventory.Now) return OrderClosed;
            if (order.Due.Amount == 0) return NothingDue;

            var opened = await placement.Open(tx, order, ct);
            return new Attempt(order.OrderId, opened.AttemptId, opened.PaymentUrl, order.Due, order.ExpiresAt);
        }, ct);
}
