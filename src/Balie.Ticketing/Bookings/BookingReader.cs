using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// Reads bookings with their items. A hold that lapsed reads as expired from that very moment, whether or not a job wrote it down.
/// </summary>
internal static class BookingReader
{
    /// <summary>One booking as it stands in the database.</summary>
    public sealed record Row(
        Guid BookingId, string Reference, Guid EventId, Guid SlotId, Guid? UserId, string HolderName, string HolderEmail, string Status,
        DateTimeOffset? ExpiresAt, long TotalMinor, string Currency, int Sequence, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
        bool IsOrdered);

    /// <summary>What it claims of one kind.</summary>
    public sealed class Item
    {
        public Guid BookingId { get; init; }
        public Guid TicketTypeId { get; init; }
        public string Name { get; init; } = "";
        public int Quantity { get; init; }
        public long PriceMinor { get; init; }
        public int[]? Seats { get; init; }
        public string[]? SeatLabels { get; init; }
    }

    public const string Columns = """
        booking_id, reference, event_id, slot_id, user_id, holder_name, holder_email, status, expires_at, total_minor, currency, sequence,
            created_at, updated_at, is_ordered
        """;

    public static async Task<Booking> Whole(Sql sql, Row row, DateTimeOffset now, CancellationToken ct) =>
        (await Whole(sql, [row], now, ct))[0];

    public static async Task<Booking[]> Whole(Sql sql, IReadOnlyList<Row> rows, DateTimeOffset now, CancellationToken ct) =>
        Whole(rows, await sql.Many<Item>(SelectItems, new { ids = rows.Select(row => row.BookingId).ToArray() }, ct), now);

    /// <param name="items">What <see cref="SelectItems"/> found.</param>
    public static Booking[] Whole(IReadOnlyList<Row> rows, IReadOnlyList<Item> items, DateTimeOffset now)
    {
        var of = items.ToLookup(item => item.BookingId);
        return [.. rows.Select(row => Whole(row, of[row.BookingId], now))];
    }

    /// <summary>What the booking claims, for taking it again or turning a hold into a sale.</summary>
    public static Task<Item[]> Items(Sql sql, Guid bookingId, CancellationToken ct) =>
        sql.Many<Item>(SelectItems, new { ids = (Guid[])[bookingId] }, ct);

    private static Booking Whole(Row row, IEnumerable<Item> itemRows, DateTimeOffset now)
    {
        var status = row.Status == BookingStates.Pending && row.ExpiresAt < now ? BookingStates.Expired : row.Status;
        var (items, before) = (new List<BookingItem>(), 0);
        foreach (var item in itemRows)
        {
            var seats = item.Seats?.Zip(item.SeatLabels ?? [], (seat, label) => new BookedSeat(seat, label)).ToArray();
            var tickets = status == BookingStates.Confirmed ? TicketNumber.Of(row.Reference, before, item.Quantity) : [];
            items.Add(new BookingItem(
                item.TicketTypeId, item.Name, item.Quantity, new Money(item.PriceMinor, row.Currency), seats, tickets));
            before += item.Quantity;
        }
        var holder = row.HolderEmail.Length == 0 ? null : new BookingHolder(row.HolderName, row.HolderEmail);
        return new Booking(row.BookingId, row.Reference, status, row.EventId, row.SlotId, items,
            new Money(row.TotalMinor, row.Currency), holder, status == BookingStates.Pending ? row.ExpiresAt : null, row.CreatedAt);
    }

    /// <summary>For <c>@ids</c>.</summary>
    public const string SelectItems = """
        select booking_id, ticket_type_id, name, quantity, price_minor, seats, seat_labels
        from ticketing.booking_items
        where org_id = @orgId and booking_id = any (@ids)
        order by booking_id, line
        """;

    /// <summary>
    /// Finds one booking for whoever may see it: its own person, staff who may read bookings, or a guest who knows the reference or id and
    /// the e-mail address. Everybody else gets nothing, as if it did not exist.
    /// </summary>
    public static Task<Row?> Find(
        Sql sql, string idOrReference, string? email, Caller caller, Permission staff, bool forUpdate, CancellationToken ct)
    {
        var reference = References.Read(idOrReference);
        Guid? bookingId = Guid.TryParse(idOrReference, out var id) ? id : null;
        if (reference is null && bookingId is null) return Task.FromResult<Row?>(null);
        return sql.One<Row>(forUpdate ? SelectOne + "for update" : SelectOne,
            new { bookingId, reference, userId = caller.UserId, email, isStaff = caller.May(staff) }, ct);
    }

    private const string SelectOne = $"""
        select {Columns}
        from ticketing.bookings
        where org_id = @orgId
        and (booking_id = @bookingId or reference = @reference)
        and (@isStaff or user_id = @userId or holder_email_folded = lower(@email))

        """;
}
