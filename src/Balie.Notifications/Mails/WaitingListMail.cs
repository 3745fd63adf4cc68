using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Mails;

/// <summary>To somebody who waited: a place came free and is held for them, until a moment that the mail names.</summary>
internal static class WaitingListMail
{
    public static readonly MailKind Kind = new(
        "waiting_list_offer", "To somebody on the waiting list, when a place is held for them.", Compose,
        voice => Write(voice, Examples.Booking, Examples.Booking.StartsAt.AddDays(-2)));

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        var offered = notice.Read<WaitingListOffered>();
        if (await sources.Booking(offered.BookingId) is not { } booking)
            return Composed.Skip("There is no such booking.");
        var voice = await sources.VoiceOf(booking);
        return Composed.One(voice, offered.Email, Write(voice, booking, offered.ExpiresAt));
    }

    public static Draft Write(Voice voice, BookingFacts booking, DateTimeOffset until) => new(
        voice.Say($"Er is plaats voor u: {booking.Title}", $"There is a place for you: {booking.Title}"),
        voice.Say("Er is plaats voor u", "There is a place for you"),
        [
            voice.Hello(booking.HolderName),
            voice.Tell($"U stond op de wachtlijst. Er is plaats vrijgekomen, en wij houden die voor u vast tot "
                    + $"{voice.When(until, booking.Zone)}.",
                $"You were on the waiting list. A place came free, and we keep it for you until {voice.When(until, booking.Zone)}."),
            voice.Programme(booking),
            .. voice.Link("Neem de plaats", "Take the place", $"/bookings/{Uri.EscapeDataString(booking.Reference)}"),
            voice.Tell("Wilt u de plaats niet meer? Dan hoeft u niets te doen: daarna is de volgende aan de beurt.",
                "You do not want it any more? Then there is nothing to do: the next in line gets it."),
        ]);
}
