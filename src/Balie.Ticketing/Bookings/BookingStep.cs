namespace Balie.Ticketing.Bookings;

/// <summary>Moves a booking, whose row the caller has locked, to another status and writes down who did it and why.</summary>
internal static class BookingStep
{
    public static async Task Take(Tx tx, BookingReader.Row booking, string to, string actor, string reason, CancellationToken ct)
    {
        if (!BookingStates.MayBecome(booking.Status, to))
            throw new InvalidOperationException($"A booking that is {booking.Status} cannot become {to}.");
        await tx.Later(Move, new { booking.BookingId, tx.Now, actor, from = booking.Status, to, reason }, ct);
    }

    // The row lock on the booking makes the count safe; the key would refuse a second row with the same step anyway.
    private const string Move = """
        with moved as (
            update ticketing.bookings
            set status = @to, expires_at = null, sequence = sequence + 1, updated_at = @now
            where org_id = @orgId and booking_id = @bookingId
        )
        insert into ticketing.booking_history (org_id, booking_id, step, at, actor, from_status, to_status, reason)
        select @orgId, @bookingId, count(*) + 1, @now, @actor, @from, @to, @reason
        from ticketing.booking_history
        where org_id = @orgId and booking_id = @bookingId
        """;
}
