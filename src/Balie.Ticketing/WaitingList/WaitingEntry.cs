namespace Balie.Ticketing.WaitingList;

/// <summary>Somebody's place on the waiting list.</summary>
/// <param name="Position">From 1, among those who wait for the same; null for who does not wait any more.</param>
/// <param name="BookingId">The booking that holds the places offered.</param>
/// <param name="ExpiresAt">Until when the offer stands.</param>
internal sealed record WaitingEntry(
    Guid Id, string Status, int? Position, Guid EventId, Guid SlotId, Guid TicketTypeId, int Quantity, string Name, string Email,
    Guid? BookingId, DateTimeOffset? ExpiresAt, DateTimeOffset JoinedAt)
{
    public const string Columns = """
        entry.entry_id as id, entry.status,
            case when entry.status = 'waiting' then (
                select count(*)::integer + 1
                from ticketing.waiting_entries as ahead
                where ahead.org_id = entry.org_id and ahead.event_id = entry.event_id and ahead.status = 'waiting'
                and ahead.slot_id = entry.slot_id and ahead.ticket_type_id = entry.ticket_type_id
                and (ahead.joined_at, ahead.entry_id) < (entry.joined_at, entry.entry_id)
            ) end as position,
            entry.event_id, entry.slot_id, entry.ticket_type_id, entry.quantity, entry.name, entry.email, entry.booking_id,
            entry.expires_at, entry.joined_at
        """;

    /// <summary>
    /// One entry, for its person, for a guest who knows its address, and for staff. Everybody else gets nothing, as if it did not exist.
    /// </summary>
    public static Task<WaitingEntry?> Find(Sql sql, Guid entryId, string? email, Caller caller, Permission staff, CancellationToken ct) =>
        sql.One<WaitingEntry>(Select, new { entryId, email, userId = caller.UserId, isStaff = caller.May(staff) }, ct);

    /// <summary>Whose turn a booking was made for; null where nobody waited. For what proved its right to the booking.</summary>
    public static Task<WaitingEntry?> OfBooking(Sql sql, Guid bookingId, CancellationToken ct) =>
        sql.One<WaitingEntry>(SelectOfBooking, new { bookingId }, ct);

    private const string Select = $"""
        select {Columns}
        from ticketing.waiting_entries as entry
        where entry.org_id = @orgId and entry.entry_id = @entryId
        and (@isStaff or entry.user_id = @userId or lower(entry.email) = lower(@email))
        """;

    private const string SelectOfBooking = $"""
        select {Columns}
        from ticketing.waiting_entries as entry
        where entry.org_id = @orgId and entry.booking_id = @bookingId
        """;
}

/// <summary>The values of <c>ticketing.waiting_entries.status</c>, and which may follow which: nobody waits twice with one entry.</summary>
internal static class WaitingStates
{
    public const string Waiting = "waiting";
    public const string Offered = "offered";
    public const string Accepted = "accepted";
    public const string Lapsed = "lapsed";
    public const string Left = "left";

    public static bool MayBecome(string from, string to) => (from, to) switch
    {
        (Waiting, Offered or Left) => true,
        (Offered, Accepted or Lapsed or Left) => true,
        // A payment that came late and still found places.
        (Lapsed, Accepted) => true,
        _ => false,
    };

    /// <summary>Where an entry may come from, for a statement that decides and acts.</summary>
    public static string[] Before(string to) =>
        [.. ((string[])[Waiting, Offered, Accepted, Lapsed, Left]).Where(from => MayBecome(from, to))];
}
