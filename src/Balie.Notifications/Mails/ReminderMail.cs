using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Mails;

/// <summary>To whoever holds a booking, a day and a few hours before it begins.</summary>
internal static class ReminderMail
{
    public static readonly MailKind First = new(
        "first_reminder", "To the holder of a booking, a day before it begins.", Compose, voice => Write(voice, Examples.Booking));

    public static readonly MailKind Last = new(
        "last_reminder", "To the holder of a booking, two hours before it begins.", Compose, voice => Write(voice, Examples.Booking));

    /// <summary>When it was to begin as the reminder was decided on.</summary>
    public sealed record Reminded(DateTimeOffset StartsAt);

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        if (await sources.Booking(notice.SubjectId) is not { } booking)
            return Composed.Skip("There is no such booking.");
        if (booking.Status != "confirmed" || booking.EventStatus is "cancelled" or "postponed")
            return Composed.Skip("It does not take place.");
        if (booking.StartsAt != notice.Read<Reminded>().StartsAt) return Composed.Skip("It begins at another time now.");
        var voice = await sources.VoiceOf(booking);
        return Composed.One(voice, booking.HolderEmail, Write(voice, booking));
    }

    public static Draft Write(Voice voice, BookingFacts booking) => new(
        voice.Say($"Binnenkort: {booking.Title}", $"Soon: {booking.Title}"),
        voice.Say("Tot gauw", "See you soon"),
        [
            voice.Hello(booking.HolderName),
            voice.Tell("Dit is een herinnering aan wat u hebt gereserveerd. Vergeet uw kaarten niet.",
                "This is to remind you of what you booked. Do not forget your tickets."),
            voice.Programme(booking),
            .. voice.ToBooking(booking),
        ]);
}
