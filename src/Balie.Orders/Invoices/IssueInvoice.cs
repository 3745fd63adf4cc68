using System.Text.Json;
using Balie.Contracts.Orders;
using Balie.Orders.Pricing;
using Balie.Orders.Saga;

namespace Balie.Orders.Invoices;

/// <summary>Issues the invoice of an order that was just confirmed: complete in itself, and never changed.</summary>
internal static class IssueInvoice
{
    private sealed record LineRow(
        string Type, string Title, string Detail, string Name, int Quantity, long AmountMinor, int VatBasisPoints);

    /// <summary>A line as it stands in <c>orders.invoices.lines</c>.</summary>
    public sealed record InvoiceLine(
        string Type, string Title, string Detail, string Name, int Quantity, Money Amount, int VatBasisPoints);

    public static async Task For(Tx tx, OrderRow order, CancellationToken ct)
    {
        var rows = await tx.Many<LineRow>(SelectLines, new { order.OrderId }, ct);
        InvoiceLine[] lines = [.. rows.Select(row => new InvoiceLine(
            row.Type, row.Title, row.Detail, row.Name, row.Quantity, new Money(row.AmountMinor, order.Currency), row.VatBasisPoints))];
        VatLine[] vat = Vat.Of(lines.Select(line => (line.VatBasisPoints, line.Amount)));
        var number = await NumberInvoice.Next(tx, NumberInvoice.Invoice, ct);
        await tx.Run(Insert, new
        {
            number,
            order.OrderId,
            tx.Now,
            order.BuyerName,
            order.BuyerEmail,
            lines = JsonSerializer.Serialize(lines, Json.Options),
            vat = JsonSerializer.Serialize(vat, Json.Options),
            order.TotalMinor,
            order.Currency,
        }, ct);
    }

    private const string SelectLines = """
        select type, title, detail, name, quantity, amount_minor, vat_basis_points
        from orders.order_lines
        where org_id = @orgId and order_id = @orderId
        order by position
        """;

    private const string Insert = """
        insert into orders.invoices (
            org_id, series, number, order_id, issued_at, buyer_name, buyer_email, lines, vat, total_minor, currency)
        values (
            @orgId, 'invoice', @number, @orderId, @now, @buyerName, @buyerEmail, @lines::jsonb, @vat::jsonb, @totalMinor, @currency)
        """;
}
