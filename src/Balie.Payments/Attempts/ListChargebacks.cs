namespace Balie.Payments.Attempts;

/// <summary>Payments of which a card holder's bank took money back, the latest change first: each wants somebody to look.</summary>
internal static class ListChargebacks
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/payments/chargebacks", Handle).Needs(Permission.OrdersRead);

    public static async Task<Outcome<Page<PaymentView>>> Handle(Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is { } problem) return problem;
        var rows = await db.Many<Attempt>(Select, paging, ct);
        var page = Page<Attempt>.Of(rows, paging, row => (row.CreatedAt, row.AttemptId));
        return new Page<PaymentView>([.. page.Rows.Select(PaymentView.Of)], page.NextCursor, page.Limit);
    }

    private const string Select = $"""
        select {Attempt.Columns}
        from payments.attempts
        where org_id = @orgId and charged_back_minor > 0
            and (@after::timestamptz is null or (created_at, attempt_id) < (@after, @afterId::uuid))
        order by created_at desc, attempt_id desc
        limit @take
        """;
}
