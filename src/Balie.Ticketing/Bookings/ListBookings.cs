using Balie.Contracts.Inventory;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// A person's own bookings, newest first; for staff who ask for <c>all</c>, those of the organisation, of one event or with one status.
/// </summary>
internal static class ListBookings
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/bookings", Handle).SignedIn();

    public static async Task<Outcome<Page<Booking>>> Handle(
        Guid? eventId, string? status, bool? all, Paging paging, Caller caller, IInventory inventory, Db db, CancellationToken ct)
    {
        if (paging.Problem is not null) return paging.Problem;
        if (all is true && !caller.May(Permission.BookingsRead)) return KernelRefusals.Forbidden;

        Guid? mine = all is true ? null : caller.UserId ?? Guid.Empty;
        var filter = new { eventId, status, mine, paging.After, paging.AfterId, paging.Take, dbNow = inventory.Now };
        var rows = Page<BookingReader.Row>.Of(
            await db.Many<BookingReader.Row>(Select, filter, ct), paging, row => (row.CreatedAt, row.BookingId));
        return new Page<Booking>(await BookingReader.Whole(db, rows.Rows, inventory.Now, ct), rows.NextCursor, rows.Limit);
    }

    private const string Select = $"""
        select {BookingReader.Columns}
        from ticketing.bookings
        where org_id = @orgId
        and (@mine::uuid is null or user_id = @mine)
        and (@eventId::uuid is null or event_id = @eventId)
        and (@status::text is null or @status = case when status = 'pending' and expires_at < @dbNow then 'expired' else status end)
        and (@after::timestamptz is null or (created_at, booking_id) < (@after, @afterId))
        order by created_at desc, booking_id desc
        limit @take
        """;
}
