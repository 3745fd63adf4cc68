using System.Text;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Bookings;
using Balie.Ticketing.Calendars;

namespace Balie.Ticketing.Tickets;

/// <summary>What other modules may ask about tickets, chiefly to send them.</summary>
internal sealed class TicketDesk(SystemDb system, TicketPrinter printer) : ITickets
{
    public async Task<IReadOnlyList<BookingFacts>> See(Guid orgId, IReadOnlyList<Guid> bookingIds, CancellationToken ct)
    {
        var db = system.As(orgId);
        var bookings = await db.Many<BookingReader.Row>(SelectBookings, new { ids = bookingIds.ToArray() }, ct);
        var tickets = (await TicketReader.OfBookings(db, bookingIds, null, null, ct)).ToLookup(ticket => ticket.BookingId);
        var occasions = await Occasion.Of(db, bookings.Select(booking => booking.SlotId), ct);
        return [.. bookings.Select(booking => Facts(booking, occasions[booking.SlotId], tickets[booking.BookingId]))];
    }

    public async Task<IReadOnlyDictionary<PapersWanted, IReadOnlyList<TicketFile>>> Papers(
        Guid orgId, IReadOnlyList<PapersWanted> wanted, CancellationToken ct)
    {
        var db = system.As(orgId);
        var ids = wanted.Select(one => one.BookingId).Distinct().ToArray();
        var bookings = (await db.Many<BookingReader.Row>(SelectBookings, new { ids }, ct)).ToDictionary(booking => booking.BookingId);
        var tickets = (await TicketReader.OfBookings(db, ids, null, null, ct)).ToLookup(ticket => ticket.BookingId);
        var occasions = await Occasion.Of(db, bookings.Values.Select(booking => booking.SlotId), ct);
        var papers = new Dictionary<PapersWanted, IReadOnlyList<TicketFile>>();
        foreach (var one in wanted.Where(one => bookings.ContainsKey(one.BookingId)))
        {
            var booking = bookings[one.BookingId];
            // What was given away is in the mail of its new holder: whoever booked it must not get that code.
            var own = tickets[one.BookingId].Where(ticket => (ticket.UserId, ticket.HolderEmail) == (booking.UserId, booking.HolderEmail));
            TicketFile?[] files =
                [File(await printer.Print(orgId, own, occasions, one.Locale, ct)), Calendar(booking, occasions[booking.SlotId])];
            papers.Add(one, [.. files.OfType<TicketFile>()]);
        }
        return papers;
    }

    public async Task<TicketFile?> PdfOf(Guid orgId, IReadOnlyList<Guid> ticketIds, string locale, CancellationToken ct)
    {
        var db = system.As(orgId);
        return File(await printer.Print(db, await TicketReader.See(db, ticketIds, ct), locale, ct));
    }

    public async Task<TransferFacts?> Transfer(Guid orgId, Guid transferId, CancellationToken ct)
    {
        var db = system.As(orgId);
        if (await Transfers.Transfer.Find(db, transferId, ct) is not { } transfer || !transfer.IsOpenAt(db.Now)) return null;
        // A transfer is of a ticket, and neither is ever deleted.
        var ticket = (await TicketReader.See(db, [transfer.TicketId], ct))[0];
        var occasion = (await Occasion.Of(db, [ticket.SlotId], ct))[ticket.SlotId];
        return new TransferFacts(
            transferId, ticket.TicketId, Transfers.Transfer.Secret(transferId, ticket.Secret), transfer.FromName, transfer.ToEmail,
            transfer.ExpiresAt, occasion.Title, occasion.VenueName, occasion.StartsAt, occasion.Zone, ticket.TypeName, ticket.SeatLabel);
    }

    private static TicketFile? File(byte[]? pdf) => pdf is null ? null : new TicketFile("tickets.pdf", TicketPrinter.ContentType, pdf);

    private static TicketFile Calendar(BookingReader.Row booking, Occasion occasion) => new(
        $"{booking.Reference}.ics", CalendarFile.ContentType, Encoding.UTF8.GetBytes(SeeBookingCalendar.Write(booking, occasion)));

    private static BookingFacts Facts(BookingReader.Row booking, Occasion occasion, IEnumerable<TicketReader.Row> tickets) => new(
        booking.BookingId, booking.Reference, booking.Status, booking.EventId, booking.SlotId, occasion.Title, occasion.VenueName,
        occasion.VenueAddress, occasion.EventStatus, occasion.StartsAt, occasion.EndsAt, occasion.Zone, booking.HolderName,
        booking.HolderEmail, booking.UserId,
        [
            .. tickets.Select(ticket => new TicketFacts(
                ticket.TicketId, ticket.Number, ticket.TypeName, ticket.SeatLabel, ticket.Status, ticket.HolderName, ticket.HolderEmail)),
        ]);

    private const string SelectBookings = $"""
        select {BookingReader.Columns}
        from ticketing.bookings
        where org_id = @orgId and booking_id = any (@ids)
        order by array_position(@ids, booking_id)
        """;
}
