using System.Text.RegularExpressions;

namespace Balie.Orders.Invoices;

/// <summary>Who sells, as the law wants it on invoices, and how their numbers begin.</summary>
/// <param name="VatNumber">Empty where none is needed.</param>
/// <param name="Registration">The number in the trade register.</param>
/// <param name="InvoicePrefix">Stands before the number; <c>{year}</c> becomes the year of issue. The numbers themselves go on.</param>
internal sealed partial record InvoiceSheet(
    string Name, string Address = "", string PostalCode = "", string City = "", string Country = "", string VatNumber = "",
    string Registration = "", string Iban = "", string InvoicePrefix = "F", string CreditNotePrefix = "C")
{
    public const string Year = "{year}";
    private const int LongestLine = 200;

    /// <summary>What stands before the number, which has six digits or more.</summary>
    public string PrefixOf(string series, DateTimeOffset issuedAt)
    {
        var prefix = series switch
        {
            NumberInvoice.Invoice => InvoicePrefix,
            NumberInvoice.CreditNote => CreditNotePrefix,
            _ => throw new InvalidOperationException($"Unknown series {series}."),
        };
        return prefix.Replace(Year, $"{issuedAt.UtcDateTime:yyyy}", StringComparison.Ordinal);
    }

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public Refusal? Problem()
    {
        var invalid = KernelRefusals.Invalid;
        if (Name.Trim().Length == 0) invalid = invalid.At("name", "Give the name that stands on invoices.");
        foreach (var (member, text) in Lines)
            if (text.Length > LongestLine || text.AsSpan().ContainsAny('\n', '\r', '\t'))
                invalid = invalid.At(member, $"Give at most {LongestLine} characters, on one line.");
        if (Country.Length > 0 && !CountryShape().IsMatch(Country)) invalid = invalid.At("country", "Give two capitals, such as NL.");
        if (VatNumber.Length > 0 && !VatShape().IsMatch(VatNumber)) invalid = invalid.At("vatNumber", "Such as NL123456789B01.");
        if (Iban.Length > 0 && !IsIban(Iban)) invalid = invalid.At("iban", "This is no IBAN: one of its digits is not right.");
        if (!PrefixShape().IsMatch(InvoicePrefix)) invalid = invalid.At("invoicePrefix", PrefixMessage);
        if (!PrefixShape().IsMatch(CreditNotePrefix)) invalid = invalid.At("creditNotePrefix", PrefixMessage);
        if (InvoicePrefix == CreditNotePrefix)
            invalid = invalid.At("creditNotePrefix", "Invoices and credit notes must not begin the same.");
        return invalid.Errors.Count == 0 ? null : invalid;
    }

    private const string PrefixMessage = "Capitals, digits, dashes and {year}, at most 16 of them, and no digit last.";

    private IEnumerable<(string Field, string Text)> Lines =>
    [
        ("name", Name), ("address", Address), ("postalCode", PostalCode), ("city", City), ("registration", Registration),
    ];

    // ISO 13616: the first four characters behind the rest, letters as 10 to 35, and 1 is left modulo 97.
    private static bool IsIban(string iban)
    {
        if (!IbanShape().IsMatch(iban)) return false;
        var rest = 0;
        foreach (var character in iban[4..] + iban[..4])
            rest = (char.IsAsciiDigit(character) ? (rest * 10) + character - '0' : (rest * 100) + character - 'A' + 10) % 97;
        return rest == 1;
    }

    [GeneratedRegex("^[A-Z]{2}$", RegexOptions.NonBacktracking)]
    private static partial Regex CountryShape();

    [GeneratedRegex("^[A-Z]{2}[A-Z0-9]{2,18}$", RegexOptions.NonBacktracking)]
    private static partial Regex VatShape();

    [GeneratedRegex("^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$", RegexOptions.NonBacktracking)]
    private static partial Regex IbanShape();

    // A digit last would run into the number: 1 before 000012 reads like another invoice.
    [GeneratedRegex(@"^(?:[A-Z0-9-]{0,9}\{year\})?[A-Z0-9-]{0,9}[A-Z-]$", RegexOptions.NonBacktracking)]
    private static partial Regex PrefixShape();
}
