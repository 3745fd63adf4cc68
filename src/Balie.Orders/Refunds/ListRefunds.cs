namespace Balie.Orders.Refunds;

/// <summary>
/// An organisation's refunds, the latest first: all, those of one order, or those in one state, such as what waits for approval.
/// </summary>
internal static class ListRefunds
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/refunds", Handle).Needs(Permission.OrdersRead);

    public static async Task<Outcome<Page<RefundView>>> Handle(
        string? status, Guid? orderId, Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is not null) return paging.Problem;
        if (status is not null && !RefundStates.All.Contains(status))
            return KernelRefusals.Malformed.At("status", $"Choose one of {string.Join(", ", RefundStates.All.Order())}.");
        var rows = await db.Many<RefundRow>(Select, new { status, orderId, paging.After, paging.AfterId, paging.Take }, ct);
        return Page<RefundView>.Of([.. rows.Select(RefundView.Of)], paging, refund => (refund.RequestedAt, refund.Id));
    }

    private const string Select = $"""
        select {RefundRow.Columns}
        from orders.refunds
        where org_id = @orgId
        and (@status::text is null or status = @status)
        and (@orderId::uuid is null or order_id = @orderId)
        and (@after::timestamptz is null or (requested_at, refund_id) < (@after, @afterId))
        order by requested_at desc, refund_id desc
        limit @take
        """;
}
