using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Mails;

/// <summary>To whoever holds a booking of an event, or a slot of it, that will not take place.</summary>
internal static class CancellationMail
{
    public static readonly MailKind Event = new(
        "event_cancelled", "To the holder of a booking, when its event will not take place.",
        (notice, sources) => Compose(notice, notice.Read<EventCancelled>().Reason, sources), Example);

    public static readonly MailKind Slot = new(
        "slot_cancelled", "To the holder of a booking, when its slot will not take place.",
        (notice, sources) => Compose(notice, notice.Read<SlotCancelled>().Reason, sources), Example);

    private static async Task<Composed> Compose(Notice notice, string reason, Sources sources)
    {
        if (await sources.Booking(notice.SubjectId) is not { } booking)
            return Composed.Skip("There is no such booking.");
        var order = await sources.OrderOf(booking.BookingId);
        var voice = await sources.Voice(order?.Buyer.Locale);
        return Composed.One(voice, booking.HolderEmail, Write(voice, booking, reason, wasPaid: order is { Total.Amount: > 0 }));
    }

    public static Draft Write(Voice voice, BookingFacts booking, string reason, bool wasPaid) => new(
        voice.Say($"Gaat niet door: {booking.Title}", $"Cancelled: {booking.Title}"),
        voice.Say("Het gaat niet door", "It does not take place"),
        [
            voice.Hello(booking.HolderName),
            voice.Tell("Het spijt ons: wat u hebt gereserveerd gaat niet door.", "We are sorry: what you booked does not take place."),
            .. voice.Because(reason),
            voice.Programme(booking),
            .. wasPaid
                ? (MailBlock[])[voice.Tell("U krijgt uw geld terug. Daarvoor hoeft u niets te doen.",
                    "You get your money back. There is nothing you need to do.")]
                : [],
            .. voice.ToBooking(booking),
        ]);

    private static Draft Example(Voice voice) =>
        Write(voice, Examples.Booking, voice.Say("De zanger is ziek.", "The singer is ill."), wasPaid: true);
}
