using Balie.Ticketing.Bookings;
using Microsoft.AspNetCore.Http;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Tickets;

/// <summary>
/// The tickets of a booking, or one of them, as a PDF: a page each, in Dutch or English. It holds those whose code the caller may have;
/// what was given away, used or is void is not printed.
/// </summary>
internal static class PrintTickets
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/bookings/{idOrReference}/tickets.pdf", OfBooking).Public().Produces(200, contentType: TicketPrinter.ContentType);
        api.MapGet("/tickets/{idOrNumber}/ticket.pdf", OfTicket).Public().Produces(200, contentType: TicketPrinter.ContentType);
    }

    public static async Task<IResult> OfBooking(
        string idOrReference, string? email, string? locale, Caller caller, TicketPrinter printer, Db db, CancellationToken ct)
    {
        var booking = await BookingReader.Find(db, idOrReference, email, caller, Permission.BookingsRead, forUpdate: false, ct);
        if (booking is null) return (Outcome<Done>)BookingNotFound;
        var tickets = await TicketReader.OfBookings(db, [booking.BookingId], caller, email, ct);
        return await Print(tickets, booking.Reference, locale, caller, printer, db, ct);
    }

    public static async Task<IResult> OfTicket(
        string idOrNumber, string? email, string? locale, Caller caller, TicketPrinter printer, Db db, CancellationToken ct) =>
        await TicketReader.Find(db, idOrNumber, email, caller, Permission.BookingsRead, forUpdate: false, ct) is { } ticket
            ? await Print([ticket], ticket.Number, locale, caller, printer, db, ct)
            : (Outcome<Done>)TicketNotFound;

    private static async Task<IResult> Print(
        TicketReader.Row[] tickets, string name, string? locale, Caller caller, TicketPrinter printer, Db db, CancellationToken ct) =>
        await printer.Print(db, [.. tickets.Where(ticket => Ticket.MayHave(ticket, caller))], locale, ct) is { } pdf
            ? Results.Bytes(pdf, TicketPrinter.ContentType, $"tickets-{name}.pdf")
            : (Outcome<Done>)NoTickets;
}
