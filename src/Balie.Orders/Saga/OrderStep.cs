namespace Balie.Orders.Saga;

/// <summary>
/// Moves an order, whose row the caller has locked, to another status and writes down who did it, at whose hands, and why.
/// </summary>
internal static class OrderStep
{
    private const int LongestReason = 500;

    /// <exception cref="InvalidOperationException">The table of transitions does not know this one.</exception>
    public static async Task<OrderRow> Take(
        Tx tx, OrderRow order, string to, string by, string actor, string reason, CancellationToken ct)
    {
        if (!OrderTransitions.May(order.Status, to, by))
            throw new InvalidOperationException($"An order that is {order.Status} cannot become {to} by {by}.");
        await tx.Later(Move, Row(tx, order.OrderId, order.Status, to, by, actor, reason), ct);
        return order with
        {
            Status = to,
            ExpiresAt = null,
            ConfirmedAt = to == OrderStates.Confirmed ? tx.Now : order.ConfirmedAt,
        };
    }

    /// <summary>Something worth knowing that changes no status.</summary>
    public static Task Note(Tx tx, OrderRow order, string by, string actor, string what, CancellationToken ct) =>
        Record(tx, order.OrderId, order.Status, order.Status, by, actor, what, ct);

    public static Task Record(
        Tx tx, Guid orderId, string from, string to, string by, string actor, string reason, CancellationToken ct) =>
        tx.Later(Insert, Row(tx, orderId, from, to, by, actor, reason), ct);

    private static object Row(Tx tx, Guid orderId, string from, string to, string by, string actor, string reason) => new
    {
        orderId,
        tx.Now,
        actor,
        by,
        from,
        to,
        reason = reason.Length > LongestReason ? reason[..LongestReason] : reason,
    };

    private const string Move = $"""
        with moved as (
            update orders.orders
            set status = @to, expires_at = null, updated_at = @now,
                confirmed_at = case when @to = 'confirmed' then @now else confirmed_at end
            where org_id = @orgId and order_id = @orderId
        )
        {Insert}
        """;

    // The row lock on the order makes the count safe; the key would refuse a second row with the same step anyway.
    private const string Insert = """
        insert into orders.order_history (org_id, order_id, step, at, actor, triggered_by, from_status, to_status, reason)
        select @orgId, @orderId, count(*) + 1, @now, @actor, @by, @from, @to, @reason
        from orders.order_history
        where org_id = @orgId and order_id = @orderId
        """;
}
