using Balie.Ticketing.Calendars;
using Balie.Ticketing.Tickets;
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
        if (booking is null) return (Outcome<Done>)BookingNotFound;
        var occasion = (await Occasion.Of(db, [booking.SlotId], ct))[booking.SlotId];
        return Results.Text(Write(booking, occasion), CalendarFile.ContentType);
    }

    public static string Write(BookingReader.Row booking, Occasion occasion)
    {
        var status = booking.Status switch
        {
            BookingStates.Confirmed => SeeEventCalendar.StatusOf(occasion.EventStatus),
            BookingStates.Pending => "TENTATIVE",
            BookingStates.Cancelled or BookingStates.Expired => "CANCELLED",
            _ => throw new InvalidOperationException($"Unknown status {booking.Status}."),
        };
        var location = string.Join(", ", ((string[])[occasion.VenueName, occasion.VenueAddress]).Where(part => part.Length > 0));
        var entry = new CalendarEntry(
            $"{booking.BookingId}@bookings.balie", occasion.Sequence + booking.Sequence,
            booking.UpdatedAt > occasion.UpdatedAt ? booking.UpdatedAt : occasion.UpdatedAt,
            occasion.StartsAt, occasion.EndsAt, status, occasion.Title, $"Booking {booking.Reference}", location);
        return CalendarFile.Write(occasion.Title, [entry]);
    }
}
