using Balie.Orders.Invoices;
using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Refunds;

/// <summary>
/// Gives money back: by the rules, whole, or a sum of one's own choosing with a reason. Above the organisation's figure it waits for
/// somebody else's approval. Never more than what was paid and has not gone back.
/// </summary>
internal static partial class RequestRefund
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/orders/{orderOrReference}/refunds", Handle).Needs(Permission.RefundsWrite).Creates();

    public static async Task<Outcome<RefundView>> Handle(
        string orderOrReference, RefundWish request, Caller caller, SoldOrders orders, Refunding refunding, IssueInvoice invoices,
        PolicyStore policies, Db db, ILogger<OrdersModule> log, CancellationToken ct)
    {
        if (request.Problem(byStaff: true) is { } problem) return problem;
        var figures = await policies.Of(caller.OrgId, ct);
        var requested = await db.Transact<RefundView>(async tx =>
        {
            if (await OrderRow.Find(tx, orderOrReference, null, caller, Permission.RefundsWrite, forUpdate: true, ct) is not { } order)
                return OrderNotFound;
            return await Refund(tx, order, request, Triggers.Staff, caller.Actor, orders, refunding, invoices, figures, ct);
        }, ct);
        if (requested.Value is { } refund) LogRequested(log, refund.Id, refund.OrderId, refund.Status, caller.Actor);
        return requested;
    }

    /// <summary>The same for staff and buyer, once each has found the order and locked it.</summary>
    internal static async Task<Outcome<RefundView>> Refund(
        Tx tx, OrderRow order, RefundWish wish, string by, string actor, SoldOrders orders, Refunding refunding, IssueInvoice invoices,
        Policies figures,
        CancellationToken ct)
    {
        var quoted = QuoteRefund.Of(await orders.Read(tx, order, ct), wish, by == Triggers.Staff, tx.Now);
        if (quoted.Value is not { } quote) return quoted.Refusal ?? NothingToRefund;
        var done = await refunding.Request(tx, quote, new RefundAsked(
            QuoteRefund.KindOf(quote), actor, by, wish.Reason.Trim(), wish.Restock, QuoteRefund.NeedsApproval(quote, figures)), ct);
        if (done.Refusal is not null) return done.Refusal;
        if (done.Value.Note is { } note) await invoices.ForRefunds(tx, [note], ct);
        return RefundView.Of(done.Value.Refund);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Refund {RefundId} of order {OrderId} is {Status}, asked for by {Actor}")]
    private static partial void LogRequested(ILogger log, Guid refundId, Guid orderId, string status, string actor);
}
