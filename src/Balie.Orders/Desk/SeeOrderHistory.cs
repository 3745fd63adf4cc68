using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Desk;

/// <summary>All that happened to an order, for staff: who, at whose hands, when and why; and whether it is on hold.</summary>
internal static class SeeOrderHistory
{
    /// <param name="By">shopper, staff, payment or clock.</param>
    /// <param name="FromStatus">The same as <paramref name="ToStatus"/> where something happened that changed none.</param>
    public sealed record Step(int Number, DateTimeOffset At, string Actor, string By, string FromStatus, string ToStatus, string Reason);

    /// <param name="OnHold">Why; empty when it is not.</param>
    public sealed record History(Guid OrderId, string Status, string OnHold, IReadOnlyList<Step> Steps);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/orders/{orderOrReference}/history", Handle).Needs(Permission.OrdersRead);

    public static async Task<Outcome<History>> Handle(string orderOrReference, Caller caller, Db db, CancellationToken ct)
    {
        if (await OrderRow.Find(db, orderOrReference, null, caller, Permission.OrdersRead, forUpdate: false, ct) is not { } order)
            return OrderNotFound;
        var steps = await db.Many<Step>(Select, new { order.OrderId }, ct);
        return new History(order.OrderId, order.Status, order.OnHold, steps);
    }

    private const string Select = """
        select step::integer as number, at, actor, triggered_by as by, from_status, to_status, reason
        from orders.order_history
        where org_id = @orgId and order_id = @orderId
        order by step
        """;
}
