using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Mails;

/// <summary>To whoever holds a booking of an event that is put off, with no new date yet.</summary>
internal static class EventPostponedMail
{
    public static readonly MailKind Kind = new(
        "event_postponed", "To the holder of a booking, when an event is put off and the new date is not known.", Compose,
        voice => Write(voice, Examples.Booking, voice.Say("De zanger is ziek.", "The singer is ill.")));

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        if (await sources.Booking(notice.SubjectId) is not { } booking)
            return Composed.Skip("There is no such booking.");
        if (booking.EventStatus != "postponed") return Composed.Skip("It has a date again.");
        var voice = await sources.VoiceOf(booking);
        return Composed.One(voice, booking.HolderEmail, Write(voice, booking, notice.Read<EventPostponed>().Reason));
    }

    public static Draft Write(Voice voice, BookingFacts booking, string reason) => new(
        voice.Say($"Uitgesteld: {booking.Title}", $"Postponed: {booking.Title}"),
        voice.Say("Het gaat later door", "It takes place later"),
        [
            voice.Hello(booking.HolderName),
            voice.Tell($"{booking.Title} gaat niet door op {voice.When(booking.StartsAt, booking.Zone)}.",
                $"{booking.Title} does not take place on {voice.When(booking.StartsAt, booking.Zone)}."),
            .. voice.Because(reason),
            voice.Tell("De nieuwe datum is nog niet bekend. Zodra dat zo is krijgt u bericht; uw kaarten blijven geldig.",
                "The new date is not known yet. You hear as soon as it is; your tickets stay valid."),
            .. voice.ToBooking(booking),
        ]);
}
