namespace Balie.Payments.Ledger;

/// <summary>What moved on each account each day: what a bookkeeper enters.</summary>
internal static class SeeDays
{
    /// <param name="Date">In the time zone asked for.</param>
    /// <param name="Balance">Debit less credit, of this day alone.</param>
    public sealed record Day(DateOnly Date, string Account, Money Debit, Money Credit, Money Balance);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/ledger/days", Handle).Needs(Permission.LedgerRead);

    /// <param name="from">The first day; left out, thirty days before the last.</param>
    /// <param name="until">The last day; left out, today.</param>
    /// <param name="zone">Whose midnights: an IANA name, Europe/Amsterdam unless said otherwise.</param>
    public static async Task<Outcome<Day[]>> Handle(DateOnly? from, DateOnly? until, string? zone, Db db, CancellationToken ct) =>
        Period.Read(from, until, zone, db.Now) is { } period ? await Read(db, period, ct) : PaymentsRefusals.PeriodWrong;

    public static async Task<Day[]> Read(Db db, Period period, CancellationToken ct) =>
    [
        .. (await db.Many<Row>(Select, new { period.Starts, period.Ends, period.Zone }, ct)).Select(row => new Day(
            row.Day, row.Account, new Money(row.Debit, row.Currency), new Money(row.Credit, row.Currency),
            new Money(row.Debit - row.Credit, row.Currency))),
    ];

    private sealed record Row(DateOnly Day, string Account, string Currency, long Debit, long Credit);

    private const string Select = """
        select (at at time zone @zone)::date as day, account, currency,
            coalesce(sum(amount_minor) filter (where amount_minor > 0), 0)::bigint as debit,
            coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0)::bigint as credit
        from payments.ledger_entries
        join payments.ledger_lines using (org_id, entry_id)
        where org_id = @orgId and at >= @starts and at < @ends
        group by day, account, currency
        order by day, account, currency
        """;
}
