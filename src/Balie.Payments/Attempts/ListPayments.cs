namespace Balie.Payments.Attempts;

/// <summary>The payments of the organisation, the newest first; those of one order, or in one state.</summary>
internal static class ListPayments
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/payments", Handle).Needs(Permission.OrdersRead);

    public static async Task<Outcome<Page<PaymentView>>> Handle(
        Guid? orderId, string? state, Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is { } problem) return problem;
        if (state is not null && !AttemptStates.Exist(state)) return PaymentsRefusals.StateUnknown;
        var rows = await db.Many<Attempt>(Select, new { orderId, state, paging.After, paging.AfterId, paging.Take }, ct);
        var page = Page<Attempt>.Of(rows, paging, row => (row.CreatedAt, row.AttemptId));
        return new Page<PaymentView>([.. page.Rows.Select(PaymentView.Of)], page.NextCursor, page.Limit);
    }

    private const string Select = $"""
        select {Attempt.Columns}
        from payments.attempts
        where org_id = @orgId
            and (@orderId::uuid is null or order_id = @orderId)
            and (@state::text is null or state = @state)
            and (@after::timestamptz is null or (created_at, attempt_id) < (@after, @afterId::uuid))
        order by created_at desc, attempt_id desc
        limit @take
        """;
}
