using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Mails;

/// <summary>To both sides, when a ticket has another holder: the one code is dead, and the other comes with the mail.</summary>
internal static class TransferAcceptedMail
{
    public static readonly MailKind Kind = new(
        "transfer_accepted", "To the old and, with the ticket, the new holder of a ticket.", Compose,
        voice => WriteToTaker(voice, Examples.Booking, Examples.Booking.Tickets[0]));

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        var told = notice.Read<TicketTransferred>();
        if (await sources.Booking(told.BookingId) is not { } booking
            || booking.Tickets.FirstOrDefault(ticket => ticket.TicketId == told.TicketId) is not { } ticket)
            return Composed.Skip("There is no such ticket.");
        var voice = await sources.VoiceOf(booking);
        var files = await sources.FilesOf(ticket.TicketId, voice.Locale);
        return new Composed(
        [
            .. Composed.One(voice, told.FromEmail, WriteToGiver(voice, booking, ticket)).Mails,
            .. Composed.One(voice, told.ToEmail, WriteToTaker(voice, booking, ticket), files).Mails,
        ]);
    }

    private static Draft WriteToGiver(Voice voice, BookingFacts booking, TicketFacts ticket) => new(
        voice.Say($"Kaart {ticket.Number} is overgedragen", $"Ticket {ticket.Number} was transferred"),
        voice.Say("Uw kaart is overgedragen", "Your ticket was transferred"),
        [
            voice.Tell($"Kaart {ticket.Number} is van iemand anders. De code die u had opent geen deur meer.",
                $"Ticket {ticket.Number} is somebody else's now. The code that you had opens no door any more."),
            voice.Programme(booking),
        ]);

    private static Draft WriteToTaker(Voice voice, BookingFacts booking, TicketFacts ticket) => new(
        voice.Say($"Uw kaart voor {booking.Title}", $"Your ticket for {booking.Title}"),
        voice.Say("De kaart is van u", "The ticket is yours"),
        [
            voice.Hello(ticket.HolderName),
            voice.Tell($"U hebt kaart {ticket.Number} aangenomen. Zij zit bij deze mail.",
                $"You accepted ticket {ticket.Number}. It comes with this mail."),
            voice.Programme(booking),
            .. voice.ToTicket(ticket),
        ]);
}
