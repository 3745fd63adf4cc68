namespace Balie.Orders.Refunds;

/// <summary>One refund as it stands in the database.</summary>
internal sealed record RefundRow(
    Guid RefundId, Guid OrderId, string Kind, string Status, long AmountMinor, long SettledMinor, string Currency, string Terms,
    bool Restock, long KeptMinor, string Reason, string Failure, string RequestedBy, DateTimeOffset RequestedAt, string? DecidedBy,
    DateTimeOffset? DecidedAt, long PaidMinor, Guid? RunId, Guid? Replaces)
{
    /// <summary>All of it, whichever way it goes back.</summary>
    public Money Total => new(AmountMinor + SettledMinor, Currency);

    public const string Columns = """
        refund_id, order_id, kind, status, amount_minor, settled_minor, currency::text, terms, restock, kept_minor, reason, failure,
            requested_by, requested_at, decided_by, decided_at, paid_minor, run_id, replaces
        """;

    /// <summary>As it stands. Whoever changes it locks its order first.</summary>
    public static Task<RefundRow?> Find(Sql sql, Guid refundId, CancellationToken ct) =>
        sql.One<RefundRow>(SelectOne, new { refundId }, ct);

    public static Task<RefundRow[]> OfOrder(Sql sql, Guid orderId, CancellationToken ct) =>
        sql.Many<RefundRow>(SelectOfOrder, new { orderId }, ct);

    private const string SelectOne = $"select {Columns} from orders.refunds where org_id = @orgId and refund_id = @refundId";

    private const string SelectOfOrder = $"""
        select {Columns}
        from orders.refunds
        where org_id = @orgId and order_id = @orderId
        order by requested_at, refund_id
        """;
}
