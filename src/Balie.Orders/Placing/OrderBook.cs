using Balie.Contracts.Orders;
using Balie.Orders.Desk;
using Balie.Orders.Saga;

namespace Balie.Orders.Placing;

/// <summary>The module's face to others, in their own process.</summary>
internal sealed class OrderBook(Placement placement, OrderReader orders, SystemDb system) : IOrders
{
    public async Task<Outcome<OrderView>> PlaceForHold(Guid orgId, PlaceForHold request, CancellationToken ct)
    {
        var db = system.As(orgId);
        if (await Earlier(db, request.HoldId, ct) is { } earlier) return earlier;
        // What somebody put into a cart is theirs by the codes in it, and those stay there.
        var placed = await db.Transact<OrderView>(async tx => await placement.Place(tx, new ToPlace(
            request.Buyer, request.Actor, Triggers.Shopper, [(request.Kind, request.HoldId)], [],
            WantsCodes: await tx.One<bool>(IsInCart, new { request.HoldId }, ct)), ct), ct);
        if (placed.Value is not null) return placed;
        // Two askers at once: the hold went into the other's order, which is this one's too.
        return await Earlier(db, request.HoldId, ct) is { } twin ? twin : placed;
    }

    public async Task<IReadOnlyList<OrderView>> See(Guid orgId, IReadOnlyList<Guid> orderIds, CancellationToken ct)
    {
        var db = system.As(orgId);
        return await orders.Views(db, await db.Many<OrderRow>(SelectMany, new { ids = orderIds.ToArray() }, ct), ct);
    }

    private async Task<OrderView?> Earlier(Db db, Guid holdId, CancellationToken ct) =>
        await db.One<OrderRow>(SelectByHold, new { holdId }, ct) is { } order ? await orders.View(db, order, ct) : null;

    private const string SelectMany = $"select {OrderRow.Columns} from orders.orders where org_id = @orgId and order_id = any (@ids)";

    private const string IsInCart = "select exists (select from orders.cart_lines where org_id = @orgId and line_id = @HoldId)";

    private const string SelectByHold = $"""
        select {OrderRow.Columns}
        from orders.orders
        where org_id = @orgId
        and order_id = (select order_id from orders.order_holds where org_id = @orgId and hold_id = @holdId)
        """;
}
