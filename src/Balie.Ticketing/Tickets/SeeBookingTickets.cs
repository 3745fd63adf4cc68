using Balie.Ticketing.Bookings;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Tickets;

/// <summary>
/// The tickets of a booking, for whoever may see the booking. Those given away are listed, but their code is their new holder's alone.
/// Empty until the tickets were issued, a moment after the booking was confirmed.
/// </summary>
internal static class SeeBookingTickets
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/bookings/{idOrReference}/tickets", Handle).Public();

    public static async Task<Outcome<Ticket[]>> Handle(string idOrReference, string? email, Caller caller, Db db, CancellationToken ct)
    {
        var booking = await BookingReader.Find(db, idOrReference, email, caller, Permission.BookingsRead, forUpdate: false, ct);
        if (booking is null) return BookingNotFound;
        var rows = await TicketReader.OfBookings(db, [booking.BookingId], caller, email, ct);
        return rows.Select(row => Ticket.Of(row, caller)).ToArray();
    }
}
