using Balie.Contracts.Orders;
using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Desk;

/// <summary>
/// One order, by id or reference. Guests add the e-mail address they ordered with; an address that does not match finds nothing, so a
/// reference alone tells nobody anything.
/// </summary>
internal static class SeeOrder
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/orders/{orderOrReference}", Handle).Public();

    public static async Task<Outcome<OrderView>> Handle(
        string orderOrReference, string? email, Caller caller, OrderReader orders, Db db, CancellationToken ct) =>
        await OrderRow.Find(db, orderOrReference, email, caller, Permission.OrdersRead, forUpdate: false, ct) is { } order
            ? await orders.View(db, order, ct)
            : OrderNotFound;
}
