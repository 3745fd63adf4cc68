using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Refunds;

/// <summary>One refund for staff, with its lines, its credit note and everybody who had a hand in it.</summary>
internal static class SeeRefund
{
    public sealed record Line(Guid LineId, string Title, string Name, int Quantity, Money Amount, Money Kept);

    public sealed record Step(int Number, DateTimeOffset At, string Actor, string FromStatus, string ToStatus, string Reason);

    public sealed record Whole(RefundView Refund, string? CreditNote, IReadOnlyList<Line> Lines, IReadOnlyList<Step> History);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/refunds/{refundId:guid}", Handle).Needs(Permission.OrdersRead);

    public static async Task<Outcome<Whole>> Handle(Guid refundId, Db db, CancellationToken ct)
    {
        if (await RefundRow.Find(db, refundId, ct) is not { } row) return RefundNotFound;
        var lines = await db.Many<LineRow>(SelectLines, new { refundId }, ct);
        return new Whole(
            RefundView.Of(row), await db.One<string>(SelectNote, new { refundId }, ct),
            [.. lines.Select(line => new Line(
                line.LineId, line.Title, line.Name, line.Quantity, new Money(line.AmountMinor, row.Currency),
                new Money(line.KeptMinor, row.Currency)))],
            await db.Many<Step>(SelectSteps, new { refundId }, ct));
    }

    private sealed record LineRow(Guid LineId, string Title, string Name, int Quantity, long AmountMinor, long KeptMinor);

    private const string SelectLines = """
        select line_id, title, name, refund_lines.quantity, refund_lines.amount_minor, kept_minor
        from orders.refund_lines
        join orders.order_lines using (org_id, line_id)
        where org_id = @orgId and refund_id = @refundId
        order by position
        """;

    private const string SelectNote = "select shown from orders.invoices where org_id = @orgId and refund_id = @refundId";

    private const string SelectSteps = """
        select step::integer as number, at, actor, from_status, to_status, reason
        from orders.refund_history
        where org_id = @orgId and refund_id = @refundId
        order by step
        """;
}
