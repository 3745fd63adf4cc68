namespace Balie.Orders.Invoices;

/// <summary>
/// The next number of a series. Its row stays locked until the transaction that uses the number ends, so a number that is rolled back is
/// the next one's, and none is ever missing or given twice. Take it last, and with what it numbers in one statement: everybody else waits.
/// </summary>
internal static class NumberInvoice
{
    public const string Invoice = "invoice";
    public const string CreditNote = "credit_note";

    /// <summary>A query to put before others, for <c>@series</c>: its column <c>last</c> is the number.</summary>
    public const string Take = """
        insert into orders.counters (org_id, series, last)
            values (@orgId, @series, 1)
            on conflict (org_id, series) do update
            set last = counters.last + 1
            returning last
        """;
}
