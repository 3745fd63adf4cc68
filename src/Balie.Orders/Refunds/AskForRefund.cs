using Balie.Orders.Invoices;
using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Refunds;

/// <summary>
/// A buyer gives something back, within the rules: signed in, or as a guest with the reference and the e-mail address they ordered with.
/// The rules decide; only large sums wait for somebody's approval.
/// </summary>
internal static class AskForRefund
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/orders/{orderOrReference}/refund-request", Handle).Public().Creates();

    public static async Task<Outcome<RefundView>> Handle(
        string orderOrReference, RefundWish request, string? email, Caller caller, SoldOrders orders, Refunding refunding,
        IssueInvoice invoices, PolicyStore policies, Db db, CancellationToken ct)
    {
        if (request.Problem(byStaff: false) is { } problem) return problem;
        var figures = await policies.Of(caller.OrgId, ct);
        return await db.Transact<RefundView>(async tx =>
        {
            if (await OrderRow.Find(tx, orderOrReference, email, caller, Permission.RefundsWrite, forUpdate: true, ct) is not { } order)
                return OrderNotFound;
            return await RequestRefund.Refund(tx, order, request, Triggers.Shopper, caller.Actor, orders, refunding, invoices, figures, ct);
        }, ct);
    }
}
