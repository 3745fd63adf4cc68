using Balie.Contracts.Inventory;
using Balie.Contracts.Payments;

namespace Balie.Orders.Saga;

/// <summary>
/// Ends orders that nobody paid in time, but never one that a bank is still busy with: that gets more time, and its places with it, up to
/// the organisation's longest payment. Places come free by themselves; this writes down what that means.
/// </summary>
internal static class ExpireOrders
{
    private const int AtOnce = 500;
    private const int MostRounds = 100;

    /// <summary>Long enough for a payment in its last seconds to arrive first.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>A hold can only be given more time before it ends.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(2);

    public static async Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        var inventory = services.GetRequiredService<IInventory>();
        var from = DateTimeOffset.MinValue;
        for (var round = 0; round < MostRounds; round++)
        {
            var ending = await db.Everywhere.Many<Ending>(SelectEnding, new { before = inventory.Now + Ahead, from, AtOnce }, ct);
            foreach (var order in ending)
                await db.As(order.OrgId).Transact(tx => Look(tx, order.OrderId, inventory, services, ct), ct);
            if (ending.Length < AtOnce) return;
            from = ending[^1].ExpiresAt;
        }
    }

    private static async Task Look(Tx tx, Guid orderId, IInventory inventory, IServiceProvider services, CancellationToken ct)
    {
        // Locked and looked at again: it may have been paid or cancelled since.
        if (await tx.One<OrderRow>(LockEnding, new { orderId, before = inventory.Now + Ahead }, ct) is not { } order) return;
        var (saga, payments) = (services.GetRequiredService<OrderSaga>(), services.GetRequiredService<IPayments>());
        var figures = await services.GetRequiredService<PolicyStore>().Of(tx.OrgId, ct);
        var busy = (await payments.Totals(tx, [orderId], ct)).Any(money => money.IsPending);
        if (busy)
        {
            var last = order.CreatedAt + figures.LongestPayment;
            if (tx.Now < last) await saga.Extend(tx, order, inventory.Now + figures.PaymentDuration, ct);
            return;
        }
        if (order.ExpiresAt < inventory.Now - Grace) await saga.Expire(tx, order, Triggers.Clock, ct);
    }

    private sealed record Ending(Guid OrgId, Guid OrderId, DateTimeOffset ExpiresAt);

    private const string SelectEnding = """
        select org_id, order_id, expires_at
        from orders.orders
        where status = 'awaiting_payment' and expires_at < @before and expires_at > @from
        order by expires_at
        limit @atOnce
        """;

    private const string LockEnding = $"""
        select {OrderRow.Columns}
        from orders.orders
        where org_id = @orgId and order_id = @orderId and status = 'awaiting_payment' and expires_at < @before
        for update skip locked
        """;
}
