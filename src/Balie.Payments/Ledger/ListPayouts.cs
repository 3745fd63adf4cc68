namespace Balie.Payments.Ledger;

/// <summary>The payouts that were booked, the newest first.</summary>
internal static class ListPayouts
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/payments/payouts", Handle).Needs(Permission.LedgerRead);

    public static async Task<Outcome<Page<BookPayout.Payout>>> Handle(Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is { } problem) return problem;
        var page = Page<Row>.Of(await db.Many<Row>(Select, paging, ct), paging, row => (row.CreatedAt, row.PayoutId));
        return new Page<BookPayout.Payout>([.. page.Rows.Select(row => row.Shown)], page.NextCursor, page.Limit);
    }

    private sealed record Row(
        Guid PayoutId, string Provider, long AmountMinor, long FeeMinor, string Currency, DateOnly PaidOn, string Reference, string Actor,
        DateTimeOffset CreatedAt)
    {
        public BookPayout.Payout Shown => new(
            PayoutId, Provider, new Money(AmountMinor, Currency), new Money(FeeMinor, Currency), PaidOn, Reference, Actor, CreatedAt);
    }

    private const string Select = """
        select payout_id, provider, amount_minor, fee_minor, currency, paid_on, reference, actor, created_at
        from payments.payouts
        where org_id = @orgId and (@after::timestamptz is null or (created_at, payout_id) < (@after, @afterId::uuid))
        order by created_at desc, payout_id desc
        limit @take
        """;
}
