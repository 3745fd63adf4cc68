namespace Balie.Orders.Invoices;

/// <summary>
/// The next number of a series. Its row stays locked until the transaction that uses the number ends, so a number that is rolled back is
/// the next one's, and none is ever missing or given twice. Take it last: everybody else waits.
/// </summary>
internal static class NumberInvoice
{
    public const string Invoice = "invoice";
    public const string CreditNote = "credit_note";

    public static Task<long> Next(Tx tx, string series, CancellationToken ct) => tx.One<long>(Take, new { series }, ct);

    /// <summary>As people read it: <c>F000123</c>, or <c>C000004</c> for a credit note.</summary>
    public static string Shown(string series, long number) => series switch
    {
        Invoice => $"F{number:000000}",
        CreditNote => $"C{number:000000}",
        _ => throw new InvalidOperationException($"Unknown series {series}."),
    };

    private const string Take = """
        insert into orders.counters (org_id, series, last)
        values (@orgId, @series, 1)
        on conflict (org_id, series) do update
        set last = counters.last + 1
        returning last
        """;
}
