using Balie.Ticketing.Calendars;
using Microsoft.AspNetCore.Http;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// A booking for its person's calendar. The entry keeps its UID; what the organiser moves or anybody cancels raises its sequence.
/// </summary>
internal static class SeeBookingCalendar
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/bookings/{idOrReference}/calendar.ics", Handle).Public();

    public static async Task<IResult> Handle(string idOrReference, string? email, Caller caller, Db db, CancellationToken ct)
    {
        var booking = await BookingReader.Find(db, idOrReference, email, caller, Permission.BookingsRead, forUpdate: false, ct);
        return booking is null
            ? (Outcome<Done>)BookingNotFound
            : Results.Text(await Write(db, booking, ct), CalendarFile.ContentType);
    }

    public static async Task<string> Write(Sql sql, BookingReader.Row booking, CancellationToken ct)
    {
        // Its booking exists, so its slot does: neither is ever deleted.
        var slot = (await sql.One<SlotRow>(SelectSlot, new { booking.SlotId }, ct))!;
        var status = booking.Status switch
        {
            BookingStates.Confirmed => SeeEventCalendar.StatusOf(slot.EventStatus, slot.Status),
            BookingStates.Pending => "TENTATIVE",
            BookingStates.Cancelled or BookingStates.Expired => "CANCELLED",
            _ => throw new InvalidOperationException($"Unknown status {booking.Status}."),
        };
        var entry = new CalendarEntry(
            $"{booking.BookingId}@bookings.balie", slot.Sequence + booking.Sequence,
            booking.UpdatedAt > slot.UpdatedAt ? booking.UpdatedAt : slot.UpdatedAt,
            slot.StartsAt, slot.EndsAt, status, slot.Title, $"Booking {booking.Reference}", slot.Location);
        return CalendarFile.Write(slot.Title, [entry]);
    }

    private sealed record SlotRow(
        string Title, string EventStatus, int Sequence, DateTimeOffset UpdatedAt, DateTimeOffset StartsAt, DateTimeOffset EndsAt,
        string Status, string Location);

    private const string SelectSlot = """
        select event.title, event.status as event_status, event.sequence, event.updated_at, slots.starts_at, slots.ends_at, slots.status,
            concat_ws(', ',
                nullif(venue.name, ''), nullif(venue.street, ''), nullif(trim(venue.postal_code || ' ' || venue.city), '')) as location
        from ticketing.slots
        join ticketing.events as event using (org_id, event_id)
        left join ticketing.venues as venue using (org_id, venue_id)
        where slots.org_id = @orgId and slots.slot_id = @slotId
        """;
}
