namespace Balie.Orders.Vouchers;

/// <summary>An organisation's vouchers, newest first, or the one with a code.</summary>
internal static class ListVouchers
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/vouchers", Handle).Needs(Permission.OrdersRead);

    public static async Task<Outcome<Page<VoucherView>>> Handle(string? code, Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is not null) return paging.Problem;
        var found = await db.Many<Voucher>(
            Select, new { code = code is null ? null : Voucher.Read(code) ?? "", paging.After, paging.AfterId, paging.Take }, ct);
        var rows = Page<Voucher>.Of(found, paging, row => (row.CreatedAt, row.VoucherId));
        var uses = (await db.Many<UsesRow>(CountUses, new { ids = rows.Rows.Select(row => row.VoucherId).ToArray() }, ct))
            .ToDictionary(row => row.VoucherId, row => row.Uses);
        return new Page<VoucherView>(
            [.. rows.Rows.Select(row => VoucherView.Of(row, uses.GetValueOrDefault(row.VoucherId)))], rows.NextCursor, rows.Limit);
    }

    private sealed record UsesRow(Guid VoucherId, long Uses);

    private const string Select = $"""
        select {Voucher.Columns}
        from orders.vouchers
        where org_id = @orgId
        and (@code::text is null or code = @code)
        and (@after::timestamptz is null or (created_at, voucher_id) < (@after, @afterId))
        order by created_at desc, voucher_id desc
        limit @take
        """;

    private const string CountUses = """
        select voucher_id, count(*) as uses
        from orders.voucher_uses
        where org_id = @orgId and voucher_id = any (@ids) and order_id is not null and ended_at is null
        group by voucher_id
        """;
}
