using Balie.Contracts.Ticketing;
using static Balie.Kernel.MailBlock;

namespace Balie.Notifications.Mails;

/// <summary>To whom somebody wants to give a ticket, with the link that makes it theirs. Whoever has the link may take it.</summary>
internal static class TransferOfferedMail
{
    private static readonly TransferFacts Example = new(
        Guid.Empty, Guid.Empty, "example", "Zoë de Wit", "sam@example.org", Examples.Booking.StartsAt.AddDays(-1), Examples.Booking.Title,
        Examples.Booking.VenueName, Examples.Booking.StartsAt, Examples.Booking.Zone, "Volwassene", "Rij 4 stoel 12");

    public static readonly MailKind Kind = new(
        "transfer_offered", "To whom a ticket is offered, with the link to accept it.", Compose, voice => Write(voice, Example));

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        if (await sources.Transfer(notice.SubjectId) is not { } transfer)
            return Composed.Skip("The offer does not stand any more.");
        // Nobody knows which language the other one reads.
        var voice = await sources.Voice(null);
        return Composed.One(voice, transfer.ToEmail, Write(voice, transfer));
    }

    public static Draft Write(Voice voice, TransferFacts transfer) => new(
        voice.Say($"Een kaart voor {transfer.Title}", $"A ticket for {transfer.Title}"),
        voice.Say($"{transfer.FromName} heeft een kaart voor u", $"{transfer.FromName} has a ticket for you"),
        [
            voice.Tell($"{transfer.FromName} wil een kaart aan u overdragen. Neemt u die aan, dan is zij van u.",
                $"{transfer.FromName} wants to give you a ticket. Accept it, and it is yours."),
            new Facts(
            [
                (voice.Say("Wat", "What"), transfer.Title),
                (voice.Say("Wanneer", "When"), voice.When(transfer.StartsAt, transfer.Zone)),
                (voice.Say("Waar", "Where"), transfer.VenueName),
                (voice.Say("Kaart", "Ticket"), Lines.Together(transfer.TypeName, transfer.Seat)),
            ]),
            .. voice.Link("Neem de kaart aan", "Accept the ticket",
                $"/transfers/{transfer.TransferId}?secret={Uri.EscapeDataString(transfer.Secret)}"),
            voice.Tell($"Dat kan tot {voice.When(transfer.ExpiresAt, transfer.Zone)}. Kent u de afzender niet? Doe dan niets.",
                $"You can until {voice.When(transfer.ExpiresAt, transfer.Zone)}. You do not know the sender? Then do nothing."),
        ]);
}
