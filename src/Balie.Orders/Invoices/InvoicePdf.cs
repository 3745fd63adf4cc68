using System.Globalization;

namespace Balie.Orders.Invoices;

/// <summary>An invoice or credit note on paper. Made from what was issued and nothing else, so twice gives the same bytes.</summary>
internal static class InvoicePdf
{
    private const double Left = 56;
    private const double Right = PdfPage.Width - 56;
    private const double Width = Right - Left;
    private const double Bottom = PdfPage.Height - 90;
    private const double LabelWidth = 90;
    private const double QuantityRight = Right - 170;
    private const double RateRight = Right - 100;
    private const double RowGap = 5;

    private static readonly PdfStyle Title = new(22, Bold: true);
    private static readonly PdfStyle Plain = new(10);
    private static readonly PdfStyle Strong = new(10, Bold: true);
    private static readonly PdfStyle Small = new(8.5, Grey: 0.35);

    public static byte[] Of(InvoiceRow invoice)
    {
        var texts = InvoiceTexts.In(invoice.Locale);
        var title = $"{(invoice.IsCreditNote ? texts.CreditNote : texts.Invoice)} {invoice.Shown}";
        var document = new PdfDocument(title, texts.Language, invoice.IssuedAt);
        var pages = new List<PdfPage> { document.AddPage() };
        var y = Head(pages[0], invoice, texts, title);
        y = Table(document, pages, invoice, texts, y);
        if (y > Bottom - 110)
        {
            pages.Add(document.AddPage());
            y = 56;
        }
        Sums(pages[^1], invoice, texts, y);
        for (var i = 0; i < pages.Count; i++)
        {
            var count = string.Format(CultureInfo.InvariantCulture, texts.Page, i + 1, pages.Count);
            pages[i].Margin($"{invoice.Shown} · {count}", Small, Left, PdfPage.Height - 40, Width);
        }
        return document.Write();
    }

    private static double Head(PdfPage page, InvoiceRow invoice, InvoiceTexts texts, string title)
    {
        var (sheet, y) = (invoice.Sheet, 52.0);
        y = page.Text("P", sheet.Name, Strong, Left, y, Width, mostLines: 2);
        foreach (var line in (string[])
        [
            sheet.Address, $"{sheet.PostalCode} {sheet.City}".Trim(), sheet.Country, Labelled(texts.VatNumber, sheet.VatNumber),
            Labelled(texts.Registration, sheet.Registration), Labelled("IBAN", sheet.Iban),
        ])
        {
            if (line.Length > 0) y = page.Text("P", line, Small, Left, y, Width, mostLines: 2);
        }
        y = page.Text("H1", title, Title, Left, y + 18, Width, mostLines: 2) + 10;
        Row(texts.Number, invoice.Shown);
        Row(texts.Date, InvoiceTexts.Day(invoice.IssuedAt));
        Row(texts.Order, invoice.Reference);
        Row(texts.Corrects, invoice.Corrects ?? "");
        Row(texts.To, invoice.BuyerName.Length == 0 ? invoice.BuyerEmail : $"{invoice.BuyerName}, {invoice.BuyerEmail}");
        return y + 14;

        void Row(string label, string value)
        {
            if (value.Length == 0) return;
            var top = y;
            page.Group("P", () =>
            {
                page.Text("Span", $"{label}:", Plain with { Grey = 0.35 }, Left, top, LabelWidth, mostLines: 1);
                y = page.Text("Span", value, Plain, Left + LabelWidth, top, Width - LabelWidth) + RowGap;
            });
        }
    }

    private static string Labelled(string label, string value) => value.Length == 0 ? "" : $"{label}: {value}";

    private static double Table(PdfDocument document, List<PdfPage> pages, InvoiceRow invoice, InvoiceTexts texts, double y)
    {
        var rest = new Queue<InvoiceLine>(invoice.LineList);
        do
        {
            var page = pages[^1];
            page.Group("Table", () =>
            {
                y = Row(page, "TH", Strong, y, texts.Description, texts.Quantity, texts.VatRate, texts.Amount);
                page.Rule(Left, y, Width);
                y += RowGap;
                while (rest.Count > 0 && y < Bottom)
                {
                    var line = rest.Dequeue();
                    var what = string.Join(", ", ((string[])[line.Title, line.Detail, line.Name]).Where(part => part.Length > 0));
                    y = Row(page, "TD", Plain, y, what, line.Quantity == 0 ? "" : line.Quantity.ToString(CultureInfo.InvariantCulture),
                        texts.Rate(line.VatBasisPoints), texts.Of(line.Amount)) + RowGap;
                }
            });
            if (rest.Count == 0) continue;
            pages.Add(document.AddPage());
            y = 56;
        }
        while (rest.Count > 0);
        pages[^1].Rule(Left, y, Width);
        return y + RowGap;
    }

    private static double Row(PdfPage page, string kind, PdfStyle style, double y, string what, string quantity, string rate, string amount)
    {
        var next = y;
        page.Group("TR", () =>
        {
            next = page.Text(kind, what, style, Left, y, QuantityRight - Left - 60, mostLines: 3);
            page.TextRight(kind, quantity, style, QuantityRight, y);
            page.TextRight(kind, rate, style, RateRight, y);
            page.TextRight(kind, amount, style, Right, y);
        });
        return next;
    }

    private static void Sums(PdfPage page, InvoiceRow invoice, InvoiceTexts texts, double y)
    {
        page.Group("P", () =>
        {
            page.Text("Span", texts.Total, Strong, QuantityRight - 60, y, 120, mostLines: 1);
            y = page.TextRight("Span", texts.Of(invoice.Total), Strong, Right, y) + 16;
        });
        page.Group("Table", () =>
        {
            Rates("TH", Strong, texts.VatRate, texts.Net, texts.Vat, texts.Gross);
            foreach (var vat in invoice.VatList)
                Rates("TD", Plain, texts.Rate(vat.BasisPoints), texts.Of(vat.Net), texts.Of(vat.Vat), texts.Of(vat.Gross));
        });
        page.Text("P", texts.Included, Small, Left, y + 10, Width, mostLines: 1);

        void Rates(string kind, PdfStyle style, string rate, string net, string vat, string gross) => page.Group("TR", () =>
        {
            page.Text(kind, rate, style, Left, y, 80, mostLines: 1);
            page.TextRight(kind, net, style, Left + 220, y);
            page.TextRight(kind, vat, style, Left + 330, y);
            y = page.TextRight(kind, gross, style, Left + 450, y) + RowGap;
        });
    }
}
