using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Mails;

/// <summary>To whoever held a booking that was given back on its own. Where an event or an order fell as a whole, that is told.</summary>
internal static class BookingCancelledMail
{
    public static readonly MailKind Kind = new(
        "booking_cancelled", "To the holder of a booking that was cancelled.", Compose, voice => Write(voice, Examples.Booking, ""));

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        if (await sources.Booking(notice.SubjectId) is not { } booking)
            return Composed.Skip("There is no such booking.");
        if (booking.EventStatus == "cancelled") return Composed.Skip("The cancelled event was told.");
        var order = await sources.OrderOf(booking.BookingId);
        if (order is { Status: "cancelled" }) return Composed.Skip("The cancelled order was told.");
        var voice = await sources.Voice(order?.Buyer.Locale);
        return Composed.One(voice, booking.HolderEmail, Write(voice, booking, notice.Read<BookingCancelled>().Reason));
    }

    public static Draft Write(Voice voice, BookingFacts booking, string reason) => new(
        voice.Say($"Reservering {booking.Reference} is geannuleerd", $"Booking {booking.Reference} is cancelled"),
        voice.Say("Uw reservering is geannuleerd", "Your booking is cancelled"),
        [
            voice.Hello(booking.HolderName),
            voice.Tell("Uw reservering is geannuleerd. De kaarten zijn niet meer geldig.",
                "Your booking is cancelled. The tickets are no longer valid."),
            .. voice.Because(reason),
            voice.Programme(booking),
        ]);
}
