using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Pricing;
using Balie.Orders.Saga;

namespace Balie.Orders.Desk;

/// <summary>Orders with their lines, VAT, money and badges, as buyers, staff and mails see them.</summary>
internal sealed class OrderReader(IPayments payments)
{
    private sealed record LineRow(
        Guid OrderId, Guid LineId, string Type, string Kind, Guid? HoldId, string Title, string Detail, string Name, int Quantity,
        long UnitMinor, long AmountMinor, int VatBasisPoints);

    private sealed record InvoiceRow(Guid OrderId, string Shown);

    public async Task<OrderView> View(Sql sql, OrderRow order, CancellationToken ct) => (await Views(sql, [order], ct))[0];

    public async Task<OrderView[]> Views(Sql sql, IReadOnlyList<OrderRow> orders, CancellationToken ct)
    {
        if (orders.Count == 0) return [];
        var ids = orders.Select(order => order.OrderId).ToArray();
        var (lineRows, invoiceRows) = await sql.Both<LineRow, InvoiceRow>(SelectLinesAndInvoices, new { ids }, ct);
        var lines = lineRows.ToLookup(line => line.OrderId);
        var invoices = invoiceRows.ToDictionary(invoice => invoice.OrderId, invoice => invoice.Shown);
        var money = (await payments.Totals(sql, ids, ct)).ToDictionary(totals => totals.OrderId);
        return [.. orders.Select(order => View(
            order, [.. lines[order.OrderId].Select(line => View(line, order.Currency))], invoices.GetValueOrDefault(order.OrderId),
            money.GetValueOrDefault(order.OrderId)))];
    }

    public static OrderView View(OrderRow order, IReadOnlyList<OrderLineView> lines, string? invoiceNumber, PaymentTotals? money) => new(
        order.OrderId, order.Reference, order.Status, Badges.Payment(order, money), order.Buyer, lines,
        Vat.Of(lines.Select(line => (line.VatBasisPoints, line.Amount))), order.Total,
        order.Status == OrderStates.AwaitingPayment ? order.Due : Money.Zero(order.Currency),
        new Money(order.PaidMinor, order.Currency), new Money(order.RefundedMinor, order.Currency),
        order.Status == OrderStates.AwaitingPayment ? money?.PaymentUrl : null, invoiceNumber, order.CreatedAt, order.ExpiresAt);

    private static OrderLineView View(LineRow line, string currency) => new(
        line.LineId, line.Type, line.Kind, line.HoldId, line.Title, line.Detail, line.Name, line.Quantity,
        new Money(line.UnitMinor, currency), new Money(line.AmountMinor, currency), line.VatBasisPoints);

    private const string SelectLinesAndInvoices = """
        select order_id, line_id, type, kind, hold_id, title, detail, name, quantity, unit_minor, amount_minor, vat_basis_points
        from orders.order_lines
        where org_id = @orgId and order_id = any (@ids)
        order by order_id, position;

        select order_id, shown
        from orders.invoices
        where org_id = @orgId and series = 'invoice' and order_id = any (@ids)
        """;
}
