using System.Globalization;

namespace Balie.Orders.Invoices;

/// <summary>What stands on invoices, in the buyer's language.</summary>
internal sealed record InvoiceTexts(
    string Language, string Invoice, string CreditNote, string Number, string Date, string Order, string Corrects, string To,
    string Description, string Quantity, string VatRate, string Amount, string Total, string Net, string Vat, string Gross, string Included,
    string VatNumber, string Registration, string Page, CultureInfo Culture)
{
    private static readonly InvoiceTexts Dutch = new(
        "nl", "Factuur", "Creditnota", "Nummer", "Datum", "Bestelling", "Bij factuur", "Aan", "Omschrijving", "Aantal", "Btw", "Bedrag",
        "Totaal", "Exclusief btw", "Btw", "Inclusief btw", "Alle bedragen zijn inclusief btw.", "Btw-nummer", "KvK-nummer",
        "Bladzijde {0} van {1}", Numbers(",", "."));

    private static readonly InvoiceTexts English = new(
        "en", "Invoice", "Credit note", "Number", "Date", "Order", "For invoice", "To", "Description", "Quantity", "VAT", "Amount", "Total",
        "Without VAT", "VAT", "With VAT", "All amounts include VAT.", "VAT number", "Registration", "Page {0} of {1}", Numbers(".", ","));

    public static InvoiceTexts In(string locale) => locale == "nl" ? Dutch : English;

    public string Of(Money amount)
    {
        var (whole, cents) = Math.DivRem(Math.Abs(amount.Amount), 100);
        var number = $"{whole.ToString("#,##0", Culture)}{Culture.NumberFormat.NumberDecimalSeparator}{cents:00}";
        return $"{(amount.Amount < 0 ? "-" : "")}{(amount.Currency == "EUR" ? "€" : amount.Currency)} {number}";
    }

    public string Rate(int basisPoints) => $"{(basisPoints / 100m).ToString("0.##", Culture)} %";

    public static string Day(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    // Our own rather than the machine's: the same bytes on every machine.
    private static CultureInfo Numbers(string point, string group)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NumberGroupSeparator) = (point, group);
        return CultureInfo.ReadOnly(culture);
    }
}
