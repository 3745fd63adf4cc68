using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Refunds;

/// <summary>
/// What a refund would come to: money per line, what is kept, VAT, and where it goes back to. For the buyer, also a guest with the e-mail
/// address they ordered with, and for staff. Nothing is changed or set aside.
/// </summary>
internal static class PreviewRefund
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/orders/{orderOrReference}/refunds/preview", Handle).Public();

    public static async Task<Outcome<RefundPreview>> Handle(
        string orderOrReference, RefundWish request, string? email, Caller caller, SoldOrders orders, PolicyStore policies, Db db,
        CancellationToken ct)
    {
        var byStaff = caller.May(Permission.RefundsWrite);
        if (request.Problem(byStaff) is { } problem) return problem;
        var figures = await policies.Of(caller.OrgId, ct);
        return await db.Transact<RefundPreview>(async tx =>
        {
            if (await OrderRow.Find(tx, orderOrReference, email, caller, Permission.OrdersRead, forUpdate: false, ct) is not { } order)
                return OrderNotFound;
            var quoted = QuoteRefund.Of(await orders.Read(tx, order, ct), request, byStaff, tx.Now);
            return quoted.Value is { } quote ? RefundPreview.Of(quote, QuoteRefund.NeedsApproval(quote, figures)) : quoted.Refusal!;
        }, ct);
    }
}
