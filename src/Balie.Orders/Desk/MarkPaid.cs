using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Desk;

/// <summary>
/// Staff have the money another way: at the desk, or on the bank account. What was due is settled with that, for a reason that stays, and
/// the order is confirmed as if a provider had said so. Where it cannot be had any more nothing is settled.
/// </summary>
internal static partial class MarkPaid
{
    private const int LongestReason = 500;

    public sealed record Request(string Reason);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/orders/{orderOrReference}/settlement", Handle).Needs(Permission.OrdersWrite);

    public static async Task<Outcome<OrderView>> Handle(
        string orderOrReference, Request request, Caller caller, OrderSaga saga, OrderReader orders, ILedger ledger, Db db,
        ILogger<OrdersModule> log, CancellationToken ct)
    {
        if (request.Reason.Trim().Length is 0 or > LongestReason) return ReasonRequired;
        return await db.Transact<OrderView>(async tx =>
        {
            if (await OrderRow.Find(tx, orderOrReference, null, caller, Permission.OrdersWrite, forUpdate: true, ct) is not { } order)
                return OrderNotFound;
            if (order.IsSold) return await orders.View(tx, order, ct);
            if (!OrderTransitions.May(order.Status, OrderStates.Confirmed, Triggers.Staff)) return OrderClosed;

            var (settlementId, due) = (tx.NewId(), order.Due);
            if (due.Amount > 0)
            {
                await tx.Run(Settle, new
                {
                    settlementId,
                    order.OrderId,
                    minor = due.Amount,
                    caller.Actor,
                    request.Reason,
                    tx.Now,
                }, ct);
                await tx.Run(AddSettled, new { order.OrderId, minor = due.Amount }, ct);
                await ledger.Post(tx, new LedgerEntry("outside_payment", settlementId, order.OrderId, order.Reference,
                    [new LedgerLine(Accounts.Bank, due), new LedgerLine(Accounts.Customers, due with { Amount = -due.Amount })]), ct);
            }
            var covered = order with { SettledMinor = order.SettledMinor + due.Amount };
            if (await saga.Confirm(tx, covered, Triggers.Staff, caller.Actor, request.Reason, ct) is not { } confirmed) return HoldEnded;
            LogMarked(log, order.OrderId, caller.Actor);
            return await orders.View(tx, confirmed, ct);
        }, ct);
    }

    private const string Settle = """
        insert into orders.settlements (org_id, settlement_id, order_id, means, amount_minor, actor, reason, created_at)
        values (@orgId, @settlementId, @orderId, 'outside', @minor, @actor, @reason, @now)
        """;

    private const string AddSettled = """
        update orders.orders
        set settled_minor = settled_minor + @minor
        where org_id = @orgId and order_id = @orderId
        """;

    [LoggerMessage(Level = LogLevel.Information, Message = "Order {OrderId} was marked as paid by {Actor}")]
    private static partial void LogMarked(ILogger log, Guid orderId, string actor);
}
