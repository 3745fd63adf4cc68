namespace Balie.Payments.Ledger;

/// <summary>The ledger, entry by entry, the newest first; of one order, or all.</summary>
internal static class ListEntries
{
    /// <param name="Amount">Debit is positive, credit negative.</param>
    public sealed record Line(string Account, Money Amount);

    /// <param name="Kind">sale, refund, capture, refund_paid, chargeback, payout, …</param>
    /// <param name="DocumentId">The order, refund, payment or payout that it tells of.</param>
    public sealed record Entry(
        Guid Id, string Kind, Guid DocumentId, Guid? OrderId, string Reference, DateTimeOffset At, IReadOnlyList<Line> Lines);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/ledger/entries", Handle).Needs(Permission.LedgerRead);

    public static async Task<Outcome<Page<Entry>>> Handle(Guid? orderId, Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is { } problem) return problem;
        var rows = await db.Many<EntryRow>(SelectEntries, new { orderId, paging.After, paging.AfterId, paging.Take }, ct);
        var page = Page<EntryRow>.Of(rows, paging, row => (row.At, row.EntryId));
        var lines = (await db.Many<LineRow>(SelectLines, new { ids = page.Rows.Select(row => row.EntryId).ToArray() }, ct))
            .ToLookup(line => line.EntryId);
        return new Page<Entry>(
            [
                .. page.Rows.Select(row => new Entry(row.EntryId, row.Kind, row.DocumentId, row.OrderId, row.Reference, row.At,
                    [.. lines[row.EntryId].Select(line => new Line(line.Account, new Money(line.AmountMinor, line.Currency)))])),
            ],
            page.NextCursor, page.Limit);
    }

    private sealed record EntryRow(Guid EntryId, string Kind, Guid DocumentId, Guid? OrderId, string Reference, DateTimeOffset At);

    private sealed record LineRow(Guid EntryId, string Account, long AmountMinor, string Currency);

    private const string SelectEntries = """
        select entry_id, kind, document_id, order_id, reference, at
        from payments.ledger_entries
        where org_id = @orgId and (@orderId::uuid is null or order_id = @orderId)
            and (@after::timestamptz is null or (at, entry_id) < (@after, @afterId::uuid))
        order by at desc, entry_id desc
        limit @take
        """;

    private const string SelectLines = """
        select entry_id, account, amount_minor, currency
        from payments.ledger_lines
        where org_id = @orgId and entry_id = any (@ids)
        order by entry_id, line
        """;
}
