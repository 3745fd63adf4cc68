using Balie.Contracts.Orders;

namespace Balie.Orders.Invoices;

/// <summary>An organisation's invoices and credit notes, the latest first, of all orders or of one, for staff and bookkeepers.</summary>
internal static class ListInvoices
{
    /// <param name="Series">invoice or credit_note.</param>
    /// <param name="Number">As it is printed.</param>
    /// <param name="Corrects">Of a credit note, the number of its invoice.</param>
    public sealed record Listed(
        string Series, string Number, Guid OrderId, Guid? RefundId, string? Corrects, string OrderReference, DateTimeOffset IssuedAt,
        string BuyerName, Money Total, IReadOnlyList<VatLine> Vat);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/invoices", Handle).Needs(Permission.OrdersRead);

    public static async Task<Outcome<Page<Listed>>> Handle(
        string? series, Guid? orderId, Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is not null) return paging.Problem;
        if (series is not (null or NumberInvoice.Invoice or NumberInvoice.CreditNote))
            return KernelRefusals.Malformed.At("series", "Choose invoice or credit_note.");
        var rows = await db.Many<InvoiceRow>(Select, new { series, orderId, paging.After, paging.AfterId, paging.Take }, ct);
        var page = Page<InvoiceRow>.Of(rows, paging, row => (row.IssuedAt, KeyOf(row)));
        return new Page<Listed>([.. page.Rows.Select(Of)], page.NextCursor, page.Limit);
    }

    private static Listed Of(InvoiceRow row) => new(
        row.Series, row.Shown, row.OrderId, row.RefundId, row.Corrects, row.Reference, row.IssuedAt, row.BuyerName, row.Total, row.VatList);

    // A document is of a refund or of an order, and the only one of its series.
    private static Guid KeyOf(InvoiceRow row) => row.RefundId ?? row.OrderId;

    private const string Select = $"""
        select {InvoiceRow.Columns}
        from {InvoiceRow.From}
        where documents.org_id = @orgId
        and (@series::text is null or documents.series = @series)
        and (@orderId::uuid is null or documents.order_id = @orderId)
        and (@after::timestamptz is null
            or (documents.issued_at, coalesce(documents.refund_id, documents.order_id)) < (@after, @afterId))
        order by documents.issued_at desc, coalesce(documents.refund_id, documents.order_id) desc
        limit @take
        """;
}
