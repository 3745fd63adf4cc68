using Balie.Ticketing.Tickets;
using Balie.Ticketing.Transfers;
using Balie.Ticketing.Wallets;
using Balie.Ui;
using Microsoft.AspNetCore.Http;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Pages;

/// <summary>
/// Where the mail to whom a ticket is offered leads. Its secret shows the offer; only the button takes it, as whoever scans mails follows
/// links too.
/// </summary>
internal static class TransferPage
{
    private const string Route = "/transfers/{transferId:guid}";

    public static void MapRoot(IEndpointRouteBuilder root)
    {
        root.MapGet(Route, Open).Page();
        root.MapPost(Route, Accept).FormOfPage();
    }

    public static Task Open(Guid transferId, string? secret, [AsParameters] Visit visit, CancellationToken ct) =>
        Show(transferId, secret ?? "", "", visit, ct);

    public static async Task Accept(
        Guid transferId, [AsParameters] Visit visit, TicketKeys keys, WalletDesk wallets, ILogger<TicketingModule> log,
        CancellationToken ct)
    {
        var form = await Form.Read(visit.Http);
        var (secret, name) = (form["secret"], form["name"]);
        var taken = await AcceptTicket.Handle(transferId, new(secret, name), visit.Caller, keys, visit.Db, log, ct);
        if (taken.Value is { } ticket) await Welcome(ticket, visit, wallets, ct);
        else if (taken.Refusal?.Code == TicketClosed.Code) await Closed(visit);
        else await Show(transferId, secret, name, visit, ct);
    }

    private static async Task Show(Guid transferId, string secret, string name, Visit visit, CancellationToken ct)
    {
        var seen = await SeeOffer.Handle(transferId, secret, visit.Caller, visit.Db, ct);
        if (seen.Value is { } offer) await Offered(offer, secret, name, visit);
        else if (seen.Refusal?.Code == TransferEnded.Code && await Transfer.Find(visit.Db, transferId, ct) is { } transfer)
            await Ended(transfer, visit);
        else await Wrong(visit);
    }

    private static async Task Offered(SeeOffer.Offer offer, string secret, string name, Visit visit)
    {
        var title = visit.Say($"{offer.FromName} heeft een kaart voor u", $"{offer.FromName} has a ticket for you");
        var until = Programme.When(visit.Reader, offer.ExpiresAt, offer.Zone);
        var missing = visit.IsForm
            ? visit.Say($"Vul uw naam in, tot {AcceptTicket.LongestName} tekens: die komt op de kaart.",
                $"Give your name, up to {AcceptTicket.LongestName} characters: it goes on the ticket.")
            : "";
        Field[] fields =
        [
            new("name", "text", "name", visit.Say("Uw naam", "Your name"), name, Problem: missing) { Longest = AcceptTicket.LongestName },
            new("email", "email", "email", visit.Say("E-mailadres", "E-mail address"), offer.Email,
                visit.Say("De kaart komt op dit adres", "The ticket comes to this address")) { IsFixed = true },
        ];
        await visit.Answer(title, $"""
            <h1>{title}</h1>
            <p>{visit.Say("Neemt u haar aan, dan is zij van u, en opent de kaart van de gever geen deur meer.",
                "Accept it and it is yours; the giver's own ticket then opens no door any more.")}</p>
            {Parts.Facts([
                (visit.Say("Wat", "What"), offer.Title),
                (visit.Say("Wanneer", "When"), Programme.When(visit.Reader, offer.StartsAt, offer.Zone)),
                (visit.Say("Waar", "Where"), offer.Venue),
                (visit.Say("Kaart", "Ticket"), Programme.Together(offer.TypeName, offer.Seat)),
                (visit.Say("Aan te nemen tot", "Accept it before"), until)])}
            <form method="post" action="{visit.Address($"/transfers/{offer.TransferId}")}">
            {Parts.Hidden("secret", secret)}
            {fields.Select(field => field.Draw())}
            <button class="button">{visit.Say("Neem de kaart aan", "Accept the ticket")}</button>
            </form>
            <p class="note">{visit.Say("Kent u de gever niet? Dan hoeft u niets te doen.",
                "You do not know the giver? Then there is nothing to do.")}</p>
            """, missing.Length > 0 ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK);
    }

    private static async Task Welcome(Ticket taken, Visit visit, WalletDesk wallets, CancellationToken ct)
    {
        var email = taken.Holder.Email;
        // It is theirs since a moment ago.
        var ticket = (await TicketReader.Find(
            visit.Db, taken.Number, email, visit.Caller, Permission.BookingsRead, forUpdate: false, ct))!;
        var occasion = (await Occasion.Of(visit.Db, [ticket.SlotId], ct))[ticket.SlotId];
        var title = visit.Say("De kaart is van u", "The ticket is yours");
        await visit.Answer(title, $"""
            {Signs.Good}
            <h1>{title}</h1>
            <p role="status">{visit.Say($"U krijgt haar ook op {email}.", $"You get it at {email}, too.")}</p>
            {await TicketPage.Draw(visit, ticket, occasion, email, wallets, ct)}
            """);
    }

    private static Task Ended(Transfer.Row transfer, Visit visit)
    {
        var (title, more) = transfer.Status switch
        {
            TransferStates.Accepted => (visit.Say("Deze kaart is al aangenomen", "This ticket was accepted already"), visit.Say(
                "Was u dat? Dan zit de kaart bij onze mail, en vindt u haar ook hier.",
                "Was it you? Then the ticket is in our mail, and here.")),
            TransferStates.Declined => (visit.Say("Dit aanbod is afgeslagen", "This offer was declined"), visit.Say(
                "De kaart bleef bij de gever. Wilt u haar toch? Vraag dan om een nieuwe link.",
                "The ticket stayed with its giver. You want it after all? Then ask them for a new link.")),
            TransferStates.Withdrawn => (visit.Say("Dit aanbod is ingetrokken", "This offer was withdrawn"), visit.Say(
                "De kaart bleef bij de gever. Vraag om een nieuwe link als dat een vergissing was.",
                "The ticket stayed with its giver. If that was a mistake, ask them for a new link.")),
            _ => (visit.Say("Dit aanbod is verlopen", "This offer has lapsed"), visit.Say(
                "De kaart bleef bij de gever. Vraag om een nieuwe link.", "The ticket stayed with its giver. Ask them for a new link.")),
        };
        var isAccepted = transfer.Status == TransferStates.Accepted;
        Markup toTicket = isAccepted
            ? Parts.Link(visit.Say("Bekijk uw kaart", "See your ticket"), visit.Address($"/tickets/{transfer.TicketId}"))
            : $"";
        return Say(isAccepted ? Signs.Good : Signs.Bad, title, more, toTicket, TransferEnded.Status, visit);
    }

    private static Task Closed(Visit visit) => Say(
        Signs.Bad, visit.Say("Deze kaart is niet meer geldig", "This ticket is not valid any more"),
        visit.Say("Zij is gebruikt of ingetrokken sinds zij u werd aangeboden. Vraag de gever wat er gebeurd is.",
            "It was used or cancelled since it was offered to you. Ask the giver what happened."), $"", TicketClosed.Status, visit);

    private static Task Wrong(Visit visit) => Say(
        Signs.Bad, visit.Say("Deze link klopt niet", "This link is not right"),
        visit.Say("Open de link uit uw e-mail nog eens, en neem hem helemaal over. Lukt het niet? Vraag de gever om een nieuwe.",
            "Open the link in your e-mail once more, and make sure that all of it is there. No luck? Ask the giver for a new one."),
        $"", TransferNotFound.Status, visit);

    private static Task Say(Markup sign, string title, string more, Markup next, int status, Visit visit) => visit.Answer(title, $"""
        {sign}
        <h1>{title}</h1>
        <p role="alert">{more}</p>
        {next}
        """, status);
}
