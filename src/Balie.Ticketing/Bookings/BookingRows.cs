using Balie.Ticketing.Offers;
using NpgsqlTypes;

namespace Balie.Ticketing.Bookings;

/// <summary>The statements a new booking brings along into the sequencer's transaction, over the rows of many bookings at once.</summary>
internal static class BookingRows
{
    public const string EventCompanion = "event";

    private sealed record EventRow(Guid OrgId, Guid EventId, int Version);

    private sealed record BookingRow(Caller Caller, Booking Booking, bool IsOrdered);

    private sealed record ItemRow(Guid OrgId, Guid BookingId, short Line, BookingItem Item);

    // The version covers status, dates, prices and limits: whoever booked by an older picture is sent back to look again.
    private static readonly Companion<EventRow> SameVersion = new(EventCompanion, CompanionPhase.Check, """
        select kernel.refuse(w.request)
        from rows as w
        left join ticketing.events using (org_id, event_id)
        where events.version is distinct from w.version
        """,
        Column<EventRow>.Of("org_id", NpgsqlDbType.Uuid, row => row.OrgId),
        Column<EventRow>.Of("event_id", NpgsqlDbType.Uuid, row => row.EventId),
        Column<EventRow>.Of("version", NpgsqlDbType.Integer, row => row.Version));

    private static readonly Companion<BookingRow> Insert = new("booking", CompanionPhase.Effect, """
        with booked as (
            insert into ticketing.bookings (
                org_id, booking_id, reference, event_id, slot_id, user_id, holder_name, holder_email, status, is_ordered, expires_at,
                total_minor, currency, created_at, updated_at)
            select
                org_id, booking_id, reference, event_id, slot_id, user_id, holder_name, holder_email, status, is_ordered, expires_at,
                total_minor, currency, created_at, created_at
            from rows
            where request <> all ((select kernel.refused())::integer[])
        )
        insert into ticketing.booking_history (org_id, booking_id, step, at, actor, to_status)
        select org_id, booking_id, 1, created_at, actor, status
        from rows
        where request <> all ((select kernel.refused())::integer[])
        """,
        Column<BookingRow>.Of("org_id", NpgsqlDbType.Uuid, row => row.Caller.OrgId),
        Column<BookingRow>.Of("booking_id", NpgsqlDbType.Uuid, row => row.Booking.Id),
        Column<BookingRow>.Of("reference", NpgsqlDbType.Text, row => row.Booking.Reference),
        Column<BookingRow>.Of("event_id", NpgsqlDbType.Uuid, row => row.Booking.EventId),
        Column<BookingRow>.Of("slot_id", NpgsqlDbType.Uuid, row => row.Booking.SlotId),
        Column<BookingRow>.Of("user_id", NpgsqlDbType.Uuid, row => row.Caller.UserId),
        Column<BookingRow>.Of("actor", NpgsqlDbType.Text, row => row.Caller.Actor),
        Column<BookingRow>.Of("holder_name", NpgsqlDbType.Text, row => row.Booking.Holder?.Name ?? ""),
        Column<BookingRow>.Of("holder_email", NpgsqlDbType.Text, row => row.Booking.Holder?.Email ?? ""),
        Column<BookingRow>.Of("status", NpgsqlDbType.Text, row => row.Booking.Status),
        Column<BookingRow>.Of("is_ordered", NpgsqlDbType.Boolean, row => row.IsOrdered),
        Column<BookingRow>.Of("expires_at", NpgsqlDbType.TimestampTz, row => row.Booking.ExpiresAt?.UtcDateTime),
        Column<BookingRow>.Of("total_minor", NpgsqlDbType.Bigint, row => row.Booking.Total.Amount),
        Column<BookingRow>.Of("currency", NpgsqlDbType.Text, row => row.Booking.Total.Currency),
        Column<BookingRow>.Of("created_at", NpgsqlDbType.TimestampTz, row => row.Booking.CreatedAt.UtcDateTime));

    // Arrays of arrays cannot have different lengths in PostgreSQL, so each row's seats travel as one text and are read there.
    private static readonly Companion<ItemRow> InsertItem = new("booking item", CompanionPhase.Effect, """
        insert into ticketing.booking_items (org_id, booking_id, line, ticket_type_id, name, quantity, price_minor, seats, seat_labels)
        select org_id, booking_id, line, ticket_type_id, name, quantity, price_minor,
            seats::integer[], string_to_array(seat_labels, chr(31))
        from rows
        where request <> all ((select kernel.refused())::integer[])
        """,
        Column<ItemRow>.Of("org_id", NpgsqlDbType.Uuid, row => row.OrgId),
        Column<ItemRow>.Of("booking_id", NpgsqlDbType.Uuid, row => row.BookingId),
        Column<ItemRow>.Of("line", NpgsqlDbType.Smallint, row => row.Line),
        Column<ItemRow>.Of("ticket_type_id", NpgsqlDbType.Uuid, row => row.Item.TicketTypeId),
        Column<ItemRow>.Of("name", NpgsqlDbType.Text, row => row.Item.Name),
        Column<ItemRow>.Of("quantity", NpgsqlDbType.Integer, row => row.Item.Quantity),
        Column<ItemRow>.Of("price_minor", NpgsqlDbType.Bigint, row => row.Item.UnitPrice.Amount),
        Column<ItemRow>.Of("seats", NpgsqlDbType.Text, row =>
            row.Item.Seats is { } seats ? $"{{{string.Join(',', seats.Select(seat => seat.Seat))}}}" : null),
        Column<ItemRow>.Of("seat_labels", NpgsqlDbType.Text, row =>
            row.Item.Seats is { } seats ? string.Join('\u001f', seats.Select(seat => seat.Label)) : null));

    /// <summary>All rows of one new booking but its answer and its message.</summary>
    public static IEnumerable<CompanionRow> Of(Caller caller, EventOffer offer, Booking booking, bool isOrdered)
    {
        yield return SameVersion.Row(new EventRow(caller.OrgId, offer.EventId, offer.Version));
        yield return Insert.Row(new BookingRow(caller, booking, isOrdered));
        for (var i = 0; i < booking.Items.Count; i++)
            yield return InsertItem.Row(new ItemRow(caller.OrgId, booking.Id, (short)(i + 1), booking.Items[i]));
    }
}
