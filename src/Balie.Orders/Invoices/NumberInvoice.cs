namespace Balie.Orders.Invoices;

/// <summary>
/// The next number of a series. Its row stays locked until the transaction that uses the number ends, so a number that is rolled back is
/// the next one's, and none is ever missing or given twice. Take it last: everybody else waits.
/// </summary>
internal static class NumberInvoice
{
    public const string Invoice = "invoice";
    public const string CreditNote = "credit_note";

    /// <param name="Sheet">The newest of the organisation, in the same round trip; null where there is none.</param>
    public sealed record Taken(long Number, string? Sheet);

    public static async Task<Taken> Next(Tx tx, string series, CancellationToken ct) =>
        await tx.One<Taken>(Take, new { series }, ct) ?? throw new InvalidOperationException("A counter always has a next number.");

    private const string Take = """
        with taken as (
            insert into orders.counters (org_id, series, last)
            values (@orgId, @series, 1)
            on conflict (org_id, series) do update
            set last = counters.last + 1
            returning last
        )
        select last as number,
            (select sheet::text from orders.invoice_settings where org_id = @orgId order by version desc limit 1) as sheet
        from taken
        """;
}
