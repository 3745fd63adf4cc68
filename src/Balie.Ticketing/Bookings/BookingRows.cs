using Balie.Ticketing.Offers;
using NpgsqlTypes;

namespace Balie.Ticketing.Bookings;

/// <summary>The statements a new booking brings along into the sequencer's transaction, over the rows of many bookings at once.</summary>
internal static class BookingRows
{
    public const string EventCompanion = "event";

    private sealed record EventRow(Guid OrgId, Guid EventId, int Version);

    private sealed record BookingRow(Guid OrgId, Booking Booking, Guid? UserId, bool IsOrdered);

    private sealed record ItemRow(Guid OrgId, Guid BookingId, short Line, BookingItem Item);

    private sealed record HistoryRow(Guid OrgId, Booking Booking, string Actor);

    // The version covers status, dates, prices and limits: whoever booked by an older picture is sent back to look again.
    private static readonly Companion<EventRow> SameVersion = new(EventCompanion, CompanionPhase.Check, """
        select kernel.refuse(w.request)
        from unnest(@request, @org, @event, @version) as w (request, org_id, event_id, version)
        left join ticketing.events on events.org_id = w.org_id and events.event_id = w.event_id
        where events.version is distinct from w.version
        """,
        Column<EventRow>.Of("org", NpgsqlDbType.Uuid, row => row.OrgId),
        Column<EventRow>.Of("event", NpgsqlDbType.Uuid, row => row.EventId),
        Column<EventRow>.Of("version", NpgsqlDbType.Integer, row => row.Version));

    private static readonly Companion<BookingRow> Insert = new("booking", CompanionPhase.Effect, """
        insert into ticketing.bookings (
            org_id, booking_id, reference, event_id, slot_id, user_id, holder_name, holder_email, status, is_ordered, expires_at,
            total_minor, currency, created_at, updated_at)
        select
            org_id, booking_id, reference, event_id, slot_id, user_id, holder_name, holder_email, status, is_ordered, expires_at,
            total_minor, currency, created_at, created_at
        from unnest(
            @request, @org, @booking, @reference, @event, @slot, @user, @name, @email, @status, @ordered, @expires, @total, @currency,
            @created)
            as w (
                request, org_id, booking_id, reference, event_id, slot_id, user_id, holder_name, holder_email, status, is_ordered,
                expires_at, total_minor, currency, created_at)
        where request <> all ((select kernel.refused())::integer[])
        """,
        Column<BookingRow>.Of("org", NpgsqlDbType.Uuid, row => row.OrgId),
        Column<BookingRow>.Of("booking", NpgsqlDbType.Uuid, row => row.Booking.Id),
        Column<BookingRow>.Of("reference", NpgsqlDbType.Text, row => row.Booking.Reference),
        Column<BookingRow>.Of("event", NpgsqlDbType.Uuid, row => row.Booking.EventId),
        Column<BookingRow>.Of("slot", NpgsqlDbType.Uuid, row => row.Booking.SlotId),
        Column<BookingRow>.Of("user", NpgsqlDbType.Uuid, row => row.UserId),
        Column<BookingRow>.Of("name", NpgsqlDbType.Text, row => row.Booking.Holder?.Name ?? ""),
        Column<BookingRow>.Of("email", NpgsqlDbType.Text, row => row.Booking.Holder?.Email ?? ""),
        Column<BookingRow>.Of("status", NpgsqlDbType.Text, row => row.Booking.Status),
        Column<BookingRow>.Of("ordered", NpgsqlDbType.Boolean, row => row.IsOrdered),
        Column<BookingRow>.Of("expires", NpgsqlDbType.TimestampTz, row => row.Booking.ExpiresAt?.UtcDateTime),
        Column<BookingRow>.Of("total", NpgsqlDbType.Bigint, row => row.Booking.Total.Amount),
        Column<BookingRow>.Of("currency", NpgsqlDbType.Text, row => row.Booking.Total.Currency),
        Column<BookingRow>.Of("created", NpgsqlDbType.TimestampTz, row => row.Booking.CreatedAt.UtcDateTime));

    // Arrays of arrays cannot have different lengths in PostgreSQL, so each row's seats travel as one text and are read there.
    private static readonly Companion<ItemRow> InsertItem = new("booking item", CompanionPhase.Effect, """
        insert into ticketing.booking_items (org_id, booking_id, line, ticket_type_id, name, quantity, price_minor, seats, seat_labels)
        select org_id, booking_id, line, ticket_type_id, name, quantity, price_minor,
            seats::integer[], string_to_array(seat_labels, chr(31))
        from unnest(@request, @org, @booking, @line, @type, @name, @quantity, @price, @seats, @labels)
            as w (request, org_id, booking_id, line, ticket_type_id, name, quantity, price_minor, seats, seat_labels)
        where request <> all ((select kernel.refused())::integer[])
        """,
        Column<ItemRow>.Of("org", NpgsqlDbType.Uuid, row => row.OrgId),
        Column<ItemRow>.Of("booking", NpgsqlDbType.Uuid, row => row.BookingId),
        Column<ItemRow>.Of("line", NpgsqlDbType.Smallint, row => row.Line),
        Column<ItemRow>.Of("type", NpgsqlDbType.Uuid, row => row.Item.TicketTypeId),
        Column<ItemRow>.Of("name", NpgsqlDbType.Text, row => row.Item.Name),
        Column<ItemRow>.Of("quantity", NpgsqlDbType.Integer, row => row.Item.Quantity),
        Column<ItemRow>.Of("price", NpgsqlDbType.Bigint, row => row.Item.UnitPrice.Amount),
        Column<ItemRow>.Of("seats", NpgsqlDbType.Text, row =>
            row.Item.Seats is { } seats ? $"{{{string.Join(',', seats.Select(seat => seat.Seat))}}}" : null),
        Column<ItemRow>.Of("labels", NpgsqlDbType.Text, row =>
            row.Item.Seats is { } seats ? string.Join('\u001f', seats.Select(seat => seat.Label)) : null));

    private static readonly Companion<HistoryRow> InsertHistory = new("booking history", CompanionPhase.Effect, """
        insert into ticketing.booking_history (org_id, booking_id, step, at, actor, to_status)
        select org_id, booking_id, 1, at, actor, to_status
        from unnest(@request, @org, @booking, @at, @actor, @status) as w (request, org_id, booking_id, at, actor, to_status)
        where request <> all ((select kernel.refused())::integer[])
        """,
        Column<HistoryRow>.Of("org", NpgsqlDbType.Uuid, row => row.OrgId),
        Column<HistoryRow>.Of("booking", NpgsqlDbType.Uuid, row => row.Booking.Id),
        Column<HistoryRow>.Of("at", NpgsqlDbType.TimestampTz, row => row.Booking.CreatedAt.UtcDateTime),
        Column<HistoryRow>.Of("actor", NpgsqlDbType.Text, row => row.Actor),
        Column<HistoryRow>.Of("status", NpgsqlDbType.Text, row => row.Booking.Status));

    /// <summary>All rows of one new booking but its answer and its message.</summary>
    public static IEnumerable<CompanionRow> Of(Caller caller, EventOffer offer, Booking booking, bool isOrdered)
    {
        yield return SameVersion.Row(new EventRow(caller.OrgId, offer.EventId, offer.Version));
        yield return Insert.Row(new BookingRow(caller.OrgId, booking, caller.UserId, isOrdered));
        for (var i = 0; i < booking.Items.Count; i++)
            yield return InsertItem.Row(new ItemRow(caller.OrgId, booking.Id, (short)(i + 1), booking.Items[i]));
        yield return InsertHistory.Row(new HistoryRow(caller.OrgId, booking, caller.Actor));
    }
}
