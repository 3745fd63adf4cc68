using System.Text.Json;
using Balie.Contracts.Orders;
using Balie.Orders.Pricing;
using Balie.Orders.Saga;

namespace Balie.Orders.Invoices;

/// <summary>Issues the invoice of an order that was just confirmed: complete in itself, and never changed.</summary>
internal sealed class IssueInvoice(InvoiceSheetReader sheets)
{
    public async Task For(Tx tx, OrderRow order, OrderContents contents, CancellationToken ct)
    {
        InvoiceLine[] lines = [.. contents.Lines.Select(row => new InvoiceLine(
            row.Type, row.Title, row.Detail, row.Name, row.Quantity, new Money(row.AmountMinor, order.Currency), row.VatBasisPoints))];
        VatLine[] vat = Vat.Of(lines.Select(line => (line.VatBasisPoints, line.Amount)));
        var sheet = (await sheets.Of(tx.OrgId, contents.Sheet, ct)).Sheet;
        Write(tx, order, NumberInvoice.Invoice, null, sheet, lines, vat, order.TotalMinor);
    }

    /// <summary>Issues the credit notes of refunds, each of which names the invoice that it corrects.</summary>
    public async Task ForRefunds(Tx tx, IReadOnlyList<CreditNote> notes, CancellationToken ct)
    {
        if (notes.Count == 0) return;
        var sheet = (await sheets.See(tx, ct)).Sheet;
        foreach (var note in notes)
        {
            Write(tx, note.Order, NumberInvoice.CreditNote, note.RefundId, sheet, note.Lines,
                [.. note.Vat.Select(rate => new VatLine(rate.BasisPoints, Negative(rate.Net), Negative(rate.Vat), Negative(rate.Gross)))],
                note.Lines.Sum(line => line.Amount.Amount));
        }
    }

    // Last, because everybody who numbers something at this moment waits for the same counter.
    private static void Write(
        Tx tx, OrderRow order, string series, Guid? refundId, InvoiceSheet sheet, IReadOnlyList<InvoiceLine> lines,
        IReadOnlyList<VatLine> vat, long totalMinor)
    {
        tx.Last(Insert, new
        {
            series,
            prefix = sheet.PrefixOf(series, tx.Now),
            order.OrderId,
            refundId,
            tx.Now,
            order.BuyerName,
            order.BuyerEmail,
            order.Reference,
            order.Locale,
            seller = JsonSerializer.Serialize(sheet, Json.Options),
            lines = JsonSerializer.Serialize(lines, Json.Options),
            vat = JsonSerializer.Serialize(vat, Json.Options),
            totalMinor,
            order.Currency,
        });
    }

    private static Money Negative(Money amount) => amount with { Amount = -amount.Amount };

    private const string Insert = $"""
        with taken as (
            {NumberInvoice.Take}
        )
        insert into orders.invoices (
            org_id, series, number, shown, order_id, refund_id, corrects, issued_at, buyer_name, buyer_email, reference, locale, seller,
            lines, vat, total_minor, currency)
        select
            @orgId, @series, last, @prefix || lpad(last::text, greatest(6, length(last::text)), '0'), @orderId, @refundId,
            (select number from orders.invoices
             where org_id = @orgId and order_id = @orderId and series = 'invoice' and @refundId::uuid is not null),
            @now, @buyerName, @buyerEmail, @reference, @locale, @seller::jsonb, @lines::jsonb, @vat::jsonb, @totalMinor, @currency
        from taken
        """;
}

/// <summary>A credit note that has everything but its number.</summary>
/// <param name="Lines">Negative, as they will stand there.</param>
/// <param name="Vat">Positive: what goes back.</param>
internal sealed record CreditNote(OrderRow Order, Guid RefundId, IReadOnlyList<InvoiceLine> Lines, IReadOnlyList<VatLine> Vat);
