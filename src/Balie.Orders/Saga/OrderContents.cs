using Balie.Orders.Invoices;

namespace Balie.Orders.Saga;

/// <summary>What an order is made of, which never changes, and the sheet on which it would be invoiced now: in one look.</summary>
internal sealed record OrderContents(
    IReadOnlyList<OrderContents.Hold> Holds, IReadOnlyList<OrderContents.Line> Lines, InvoiceSheetReader.Row? Sheet)
{
    public sealed record Hold(string Kind, Guid HoldId);

    public sealed record Line(
        string Type, string Title, string Detail, string Name, int Quantity, long AmountMinor, int VatBasisPoints);

    public static async Task<OrderContents> Read(Tx tx, Guid orderId, CancellationToken ct)
    {
        var (holds, lines, sheets) = await tx.Three<Hold, Line, InvoiceSheetReader.Row>(Select, new { orderId }, ct);
        return new OrderContents(holds, lines, sheets.SingleOrDefault());
    }

    public static async Task<IReadOnlyList<Hold>> HoldsOf(Tx tx, Guid orderId, CancellationToken ct) =>
        await tx.Many<Hold>(SelectHolds, new { orderId }, ct);

    // In the order in which everybody locks them.
    private const string SelectHolds = """
        select kind, hold_id
        from orders.order_holds
        where org_id = @orgId and order_id = @orderId
        order by hold_id
        """;

    private const string Select = $"""
        {SelectHolds};

        select type, title, detail, name, quantity, amount_minor, vat_basis_points
        from orders.order_lines
        where org_id = @orgId and order_id = @orderId
        order by position;

        {InvoiceSheetReader.SelectLatest}
        """;
}
