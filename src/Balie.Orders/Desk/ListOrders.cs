using Balie.Contracts.Orders;
using Balie.Orders.Saga;

namespace Balie.Orders.Desk;

/// <summary>
/// A person's own orders, newest first; for staff who ask for <c>all</c>, those of the organisation: of one status, on hold, for one
/// event, or found by anything typed: a reference, an e-mail address, the beginning of a name.
/// </summary>
internal static class ListOrders
{
    private const int LongestSearch = 200;

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/orders", Handle).SignedIn();

    public static async Task<Outcome<Page<OrderView>>> Handle(
        string? status, string? search, Guid? eventId, bool? onHold, bool? all, Paging paging, Caller caller, OrderReader orders, Db db,
        CancellationToken ct)
    {
        if (paging.Problem is not null) return paging.Problem;
        if (all is true && !caller.May(Permission.OrdersRead)) return KernelRefusals.Forbidden;
        if (search is { Length: > LongestSearch }) return KernelRefusals.Invalid.At("search", $"At most {LongestSearch} characters.");

        var rows = Page<OrderRow>.Of(await db.Many<OrderRow>(Select, new
        {
            status,
            onHold,
            eventId,
            mine = all is true ? null : caller.UserId ?? (Guid?)Guid.Empty,
            typed = search?.Trim(),
            reference = search is null ? null : References.Read(search),
            paging.After,
            paging.AfterId,
            paging.Take,
        }, ct), paging, row => (row.CreatedAt, row.OrderId));
        return new Page<OrderView>(await orders.Views(db, rows.Rows, ct), rows.NextCursor, rows.Limit);
    }

    private const string Select = $"""
        select {OrderRow.Columns}
        from orders.orders
        where org_id = @orgId
        and (@mine::uuid is null or user_id = @mine)
        and (@status::text is null or status = @status)
        and (@onHold::boolean is null or (on_hold <> '') = @onHold)
        and (@eventId::uuid is null or order_id in (
            select order_id from orders.order_holds where org_id = @orgId and subject_id = @eventId))
        and (@typed::text is null or reference = @reference or buyer_email_folded = lower(@typed)
            or starts_with(lower(buyer_name), lower(@typed)))
        and (@after::timestamptz is null or (created_at, order_id) < (@after, @afterId))
        order by created_at desc, order_id desc
        limit @take
        """;
}
