using Balie.Contracts.Ticketing;
using static Balie.Kernel.MailBlock;

namespace Balie.Notifications.Mails;

/// <summary>To whoever holds a booking of a slot that was moved: the old time, the new one, and what they may do.</summary>
internal static class EventMovedMail
{
    public static readonly MailKind Kind = new(
        "event_moved", "To the holder of a booking, when it begins at another time.", Compose,
        voice => Write(
            voice, Examples.Booking, new Moved(voice.Say("De zaal wordt verbouwd.", "The hall is being rebuilt."), Examples.Moved)));

    public sealed record Moved(string Reason, SlotMoved Slot);

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        if (await sources.Booking(notice.SubjectId) is not { } booking)
            return Composed.Skip("There is no such booking.");
        var moved = notice.Read<Moved>();
        if (booking.StartsAt != moved.Slot.StartsAt) return Composed.Skip("It was moved once more.");
        var voice = await sources.VoiceOf(booking);
        // The entry in their calendar moves as well.
        var files = await sources.Files(booking.BookingId, voice.Locale);
        return Composed.One(voice, booking.HolderEmail, Write(voice, booking, moved), files);
    }

    public static Draft Write(Voice voice, BookingFacts booking, Moved moved) => new(
        voice.Say($"Verplaatst: {booking.Title}", $"Moved: {booking.Title}"),
        voice.Say("Het begint op een ander moment", "It begins at another time"),
        [
            voice.Hello(booking.HolderName),
            voice.Tell($"{booking.Title}, waarvoor u hebt gereserveerd, is verplaatst.", $"{booking.Title}, which you booked, was moved."),
            .. voice.Because(moved.Reason),
            new Facts(
            [
                (voice.Say("Eerst", "Before"), voice.When(moved.Slot.StartedAt, booking.Zone)),
                (voice.Say("Nu", "Now"), voice.When(moved.Slot.StartsAt, booking.Zone)),
                (voice.Say("Reservering", "Booking"), booking.Reference),
            ]),
            voice.Tell("Uw kaarten blijven geldig; u hoeft niets te doen. Kunt u dan niet? Dan mag u uw geld terugvragen.",
                "Your tickets stay valid; there is nothing you need to do. You cannot come then? Then you may ask for your money back."),
            .. voice.ToBooking(booking),
        ]);
}
