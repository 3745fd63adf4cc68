
namespace Balie.Ticketing.Tickets;

/// <summary>Finds tickets for whoever may see them.</summary>
internal static class TicketReader
{
    /// <summary>One ticket as it stands in the database.</summary>
    /// <param name="IsHolders">Who asks is its holder, not just somebody who may know of it.</param>
    public sealed record Row(
        Guid TicketId, Guid BookingId, int Position, string Number, Guid EventId, Guid SlotId, Guid TicketTypeId, string TypeName,
        Guid? ZoneId, string? SeatLabel, long PriceMinor, string Currency, Guid? UserId, string HolderName, string HolderEmail,
        string Status, int Serial, string Code, byte[] Secret, DateTimeOffset IssuedAt, DateTimeOffset UpdatedAt, bool IsHolders);

    private const string Columns = """
        ticket.ticket_id, ticket.booking_id, ticket.position, ticket.number, ticket.event_id, ticket.slot_id, ticket.ticket_type_id,
            ticket.type_name, ticket.zone_id, ticket.seat_label, ticket.price_minor, ticket.currency, ticket.user_id, ticket.holder_name,
            ticket.holder_email, ticket.status, ticket.serial, ticket.code, ticket.secret, ticket.issued_at, ticket.updated_at
        """;

    private const string IsHolder = "coalesce(ticket.user_id = @userId or ticket.holder_email_folded = lower(@email), false)";

    /// <summary>
    /// One ticket, by id or number: for its holder, for whoever booked it, and for staff with this permission. Everybody else gets nothing,
    /// as if it did not exist.
    /// </summary>
    public static Task<Row?> Find(
        Sql sql, string idOrNumber, string? email, Caller caller, Permission staff, bool forUpdate, CancellationToken ct)
    {
        Guid? ticketId = Guid.TryParse(idOrNumber, out var id) ? id : null;
        var number = ticketId is null ? TicketNumber.Read(idOrNumber) : null;
        if (ticketId is null && number is null) return Task.FromResult<Row?>(null);
        return sql.One<Row>(forUpdate ? SelectOne + "for update of ticket" : SelectOne,
            new { ticketId, number, userId = caller.UserId, email, isStaff = caller.May(staff) }, ct);
    }

    /// <summary>One ticket, whoever asks; for what proved its right in another way.</summary>
    public static Task<Row?> Lock(Tx tx, Guid ticketId, CancellationToken ct) => tx.One<Row>(SelectOne + "for update of ticket",
        new { ticketId, number = (string?)null, userId = (Guid?)null, email = (string?)null, isStaff = true }, ct);

    /// <summary>The tickets of bookings, in the order in which they were booked.</summary>
    public static Task<Row[]> OfBookings(Sql sql, IReadOnlyList<Guid> bookingIds, Caller? caller, string? email, CancellationToken ct) =>
        sql.Many<Row>(SelectOfBookings, new { ids = bookingIds.ToArray(), userId = caller?.UserId, email }, ct);

    /// <summary>These tickets, whoever asks, in the order in which they are named.</summary>
    public static Task<Row[]> See(Sql sql, IReadOnlyList<Guid> ticketIds, CancellationToken ct) =>
        sql.Many<Row>(SelectMany, new { ids = ticketIds.ToArray() }, ct);

    public static Task<Row[]> OfPerson(Sql sql, Guid userId, Paging paging, CancellationToken ct) =>
        sql.Many<Row>(SelectOfPerson, new { userId, email = (string?)null, paging.After, paging.AfterId, paging.Take }, ct);

    private const string SelectOne = $"""
        select {Columns}, {IsHolder} as is_holders
        from ticketing.tickets as ticket
        where ticket.org_id = @orgId and (ticket.ticket_id = @ticketId or ticket.number = @number)
        and (@isStaff or {IsHolder} or exists (
            select from ticketing.bookings as booking
            where booking.org_id = @orgId and booking.booking_id = ticket.booking_id
            and (booking.user_id = @userId or booking.holder_email_folded = lower(@email))
        ))

        """;

    private const string SelectOfBookings = $"""
        select {Columns}, {IsHolder} as is_holders
        from ticketing.tickets as ticket
        where ticket.org_id = @orgId and ticket.booking_id = any (@ids)
        order by array_position(@ids, ticket.booking_id), ticket.position
        """;

    private const string SelectMany = $"""
        select {Columns}, false as is_holders
        from ticketing.tickets as ticket
        where ticket.org_id = @orgId and ticket.ticket_id = any (@ids)
        order by array_position(@ids, ticket.ticket_id)
        """;

    private const string SelectOfPerson = $"""
        select {Columns}, {IsHolder} as is_holders
        from ticketing.tickets as ticket
        where ticket.org_id = @orgId and ticket.user_id = @userId
        and (@after::timestamptz is null or (ticket.issued_at, ticket.ticket_id) < (@after, @afterId))
        order by ticket.issued_at desc, ticket.ticket_id desc
        limit @take
        """;
}
