using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Mails;

/// <summary>To the holder of a ticket that got another code: the new one, because the old one opens no door any more.</summary>
internal static class TicketReissuedMail
{
    public static readonly MailKind Kind = new(
        "ticket_reissued", "To the holder of a ticket that got another code, with the new one.", Compose,
        voice => Write(voice, Examples.Booking, Examples.Booking.Tickets[0]));

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        if (await sources.Booking(notice.Read<TicketReissued>().BookingId) is not { } booking
            || booking.Tickets.FirstOrDefault(ticket => ticket.TicketId == notice.SubjectId) is not { } ticket)
            return Composed.Skip("There is no such ticket.");
        var voice = await sources.VoiceOf(booking);
        var files = await sources.FilesOf(ticket.TicketId, voice.Locale);
        return files.Count == 0
            ? Composed.Skip("The ticket is not valid any more.")
            : Composed.One(voice, ticket.HolderEmail, Write(voice, booking, ticket), files);
    }

    public static Draft Write(Voice voice, BookingFacts booking, TicketFacts ticket) => new(
        voice.Say($"Uw nieuwe kaart voor {booking.Title}", $"Your new ticket for {booking.Title}"),
        voice.Say("Uw kaart is vernieuwd", "Your ticket was renewed"),
        [
            voice.Hello(ticket.HolderName),
            voice.Tell($"Kaart {ticket.Number} heeft een nieuwe code. Zij zit bij deze mail; de oude opent geen deur meer.",
                $"Ticket {ticket.Number} has a new code. It comes with this mail; the old one opens no door any more."),
            voice.Programme(booking),
            .. voice.ToTicket(ticket),
        ]);
}
