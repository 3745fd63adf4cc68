using System.Text.Json;
using Balie.Contracts.Orders;

namespace Balie.Orders.Invoices;

/// <summary>An invoice or credit note as it was issued.</summary>
/// <param name="Corrects">Of a credit note: the invoice that it corrects, as people read it.</param>
internal sealed record InvoiceRow(
    string Series, long Number, string Shown, Guid OrderId, Guid? RefundId, string? Corrects, DateTimeOffset IssuedAt, string BuyerName,
    string BuyerEmail, string Reference, string Locale, string Seller, string Lines, string Vat, long TotalMinor, string Currency)
{
    public bool IsCreditNote => Series == NumberInvoice.CreditNote;

    public Money Total => new(TotalMinor, Currency);

    public InvoiceSheet Sheet => InvoiceSheetReader.Read(Seller);

    public IReadOnlyList<InvoiceLine> LineList => JsonSerializer.Deserialize<InvoiceLine[]>(Lines, Json.Options) ?? [];

    public IReadOnlyList<VatLine> VatList => JsonSerializer.Deserialize<VatLine[]>(Vat, Json.Options) ?? [];

    public const string Columns = """
        documents.series, documents.number, documents.shown, documents.order_id, documents.refund_id, corrected.shown as corrects,
            documents.issued_at, documents.buyer_name, documents.buyer_email, documents.reference, documents.locale,
            documents.seller::text, documents.lines::text, documents.vat::text, documents.total_minor, documents.currency::text
        """;

    public const string From = """
        orders.invoices as documents
        left join orders.invoices as corrected on corrected.org_id = documents.org_id and corrected.series = 'invoice'
            and corrected.number = documents.corrects
        """;

    public static Task<InvoiceRow?> OfOrder(Sql sql, Guid orderId, CancellationToken ct) =>
        sql.One<InvoiceRow>(SelectOfOrder, new { orderId }, ct);

    public static Task<InvoiceRow?> OfRefund(Sql sql, Guid refundId, CancellationToken ct) =>
        sql.One<InvoiceRow>(SelectOfRefund, new { refundId }, ct);

    public static Task<InvoiceRow[]> CreditNotesOf(Sql sql, Guid orderId, CancellationToken ct) =>
        sql.Many<InvoiceRow>(SelectCreditNotes, new { orderId }, ct);

    private const string SelectOfOrder = $"""
        select {Columns}
        from {From}
        where documents.org_id = @orgId and documents.order_id = @orderId and documents.series = 'invoice'
        """;

    private const string SelectOfRefund = $"""
        select {Columns}
        from {From}
        where documents.org_id = @orgId and documents.refund_id = @refundId
        """;

    private const string SelectCreditNotes = $"""
        select {Columns}
        from {From}
        where documents.org_id = @orgId and documents.order_id = @orderId and documents.series = 'credit_note'
        order by documents.number
        """;
}
