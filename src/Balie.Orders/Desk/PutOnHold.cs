using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Desk;

/// <summary>
/// Puts an order on hold for a reason that colleagues read, or with an empty one takes it off again. It changes no status.
/// </summary>
internal static class PutOnHold
{
    private const int LongestReason = 500;

    public sealed record Request(string Reason);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/orders/{orderOrReference}/hold", Handle).Needs(Permission.OrdersWrite);

    public static async Task<Outcome<Done>> Handle(
        string orderOrReference, Request request, Caller caller, Db db, CancellationToken ct)
    {
        if (request.Reason.Length > LongestReason) return ReasonRequired;
        return await db.Transact<Done>(async tx =>
        {
            if (await OrderRow.Find(tx, orderOrReference, null, caller, Permission.OrdersWrite, forUpdate: true, ct) is not { } order)
                return OrderNotFound;
            await tx.Run(Write, new { order.OrderId, request.Reason, tx.Now }, ct);
            var what = request.Reason.Length == 0 ? "off hold" : $"on hold: {request.Reason}";
            await OrderStep.Note(tx, order, Triggers.Staff, caller.Actor, what, ct);
            return new Done(request.Reason.Length == 0 ? "The order is not on hold any more." : "The order is on hold.");
        }, ct);
    }

    private const string Write = """
        update orders.orders
        set on_hold = @reason, updated_at = @now
        where org_id = @orgId and order_id = @orderId
        """;
}
