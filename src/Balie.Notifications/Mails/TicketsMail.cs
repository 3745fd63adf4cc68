using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Mails;

/// <summary>To whoever holds a booking, when its tickets exist: all of them to print, and an entry for the calendar.</summary>
internal static class TicketsMail
{
    public static readonly MailKind Kind = new(
        "tickets", "To the holder of a booking, with its tickets as PDF and an entry for the calendar.", Compose,
        voice => Write(voice, Examples.Booking));

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        if (await sources.Booking(notice.SubjectId) is not { } booking)
            return Composed.Skip("There is no such booking.");
        await sources.Remember(booking);
        var voice = await sources.VoiceOf(booking);
        var files = await sources.Files(booking.BookingId, voice.Locale);
        return Composed.One(voice, booking.HolderEmail, Write(voice, booking), files);
    }

    public static Draft Write(Voice voice, BookingFacts booking) => new(
        voice.Say($"Uw kaarten voor {booking.Title}", $"Your tickets for {booking.Title}"),
        voice.Say("Uw kaarten", "Your tickets"),
        [
            voice.Hello(booking.HolderName),
            voice.Tell("Uw kaarten zitten bij deze mail. Laat ze bij de deur zien, op papier of op uw telefoon.",
                "Your tickets come with this mail. Show them at the door, on paper or on your telephone."),
            voice.Programme(booking),
            .. booking.Tickets.Count == 0 ? (MailBlock[])[] : [voice.Tickets(booking)],
            .. voice.ToBooking(booking),
        ]);
}
