using Balie.Ticketing.Tickets;
using Balie.Ticketing.Wallets;
using Balie.Ui;
using Microsoft.AspNetCore.Http;

namespace Balie.Ticketing.Pages;

/// <summary>One ticket, for whoever holds it: where somebody finds what they were given, with the e-mail address it was given to.</summary>
internal static class TicketPage
{
    private const string Route = "/tickets/{number:maxlength(40)}";

    public static void MapRoot(IEndpointRouteBuilder root)
    {
        root.MapGet(Route, Open).Page();
        root.MapPost(Route, Act).FormOfPage();
    }

    public static Task Open(string number, [AsParameters] Visit visit, WalletDesk wallets, CancellationToken ct) =>
        visit.Caller.IsGuest ? Ask(number, "", visit) : Show(number, "", visit, wallets, ct);

    public static async Task Act(
        string number, [AsParameters] Visit visit, TicketPrinter printer, WalletDesk wallets, CancellationToken ct)
    {
        var form = await Form.Read(visit.Http);
        var (email, caller, db, locale) = (form["email"], visit.Caller, visit.Db, visit.Reader.Language);
        var file = form[Deeds.Name] switch
        {
            Deeds.Tickets => await PrintTickets.OfTicket(number, email, locale, caller, printer, db, ct),
            Deeds.Wallet => await SeeWalletPasses.Apple(number, email, locale, caller, wallets, db, ct),
            _ => null,
        };
        if (file is null) await Show(number, email, visit, wallets, ct);
        else await file.ExecuteAsync(visit.Http);
    }

    /// <summary>The ticket with everything that can be done with it; also for whoever just got it.</summary>
    public static async Task<Markup> Draw(
        Visit visit, TicketReader.Row ticket, Occasion occasion, string email, WalletDesk wallets, CancellationToken ct) => $"""
        {Parts.Facts(Programme.Of(visit.Reader, occasion))}
        <ul class="tickets">{TicketCard.Draw(visit.Reader, ticket, visit.Caller, isOpen: true)}</ul>
        {(Ticket.MayHave(ticket, visit.Caller) ? await Files(visit, ticket, email, wallets, ct) : $"")}
        """;

    private static async Task<Markup> Files(
        Visit visit, TicketReader.Row ticket, string email, WalletDesk wallets, CancellationToken ct)
    {
        var google = (await wallets.Links(visit.Db, [ticket], visit.Reader.Language, ct)).Values.SingleOrDefault();
        return $"""
            <form class="papers" method="post" action="{visit.Address($"/tickets/{ticket.Number}")}">
            {Parts.Hidden("email", email)}
            {Parts.Button(visit.Say("Kaart als PDF", "Ticket as PDF"), Deeds.Name, Deeds.Tickets)}
            {(wallets.Apple.CanSign ? Parts.Button(TicketCard.ToApple(visit.Reader), Deeds.Name, Deeds.Wallet) : $"")}
            {(google is null ? $"" : Parts.Link(TicketCard.ToGoogle(visit.Reader), google.AbsoluteUri, isQuiet: true))}
            </form>
            """;
    }

    private static async Task Show(string number, string email, Visit visit, WalletDesk wallets, CancellationToken ct)
    {
        var (caller, db) = (visit.Caller, visit.Db);
        if (await TicketReader.Find(db, number, email, caller, Permission.BookingsRead, forUpdate: false, ct) is not { } ticket)
        {
            await Ask(number, email, visit);
            return;
        }
        var occasion = (await Occasion.Of(db, [ticket.SlotId], ct))[ticket.SlotId];
        var title = visit.Say($"Uw kaart voor {occasion.Title}", $"Your ticket for {occasion.Title}");
        await visit.Answer(title, $"<h1>{title}</h1>\n{await Draw(visit, ticket, occasion, email, wallets, ct)}");
    }

    private static Task Ask(string number, string email, Visit visit) => visit.Ask(
        visit.Say("Uw kaart", "Your ticket"), TicketNumber.Read(number), $"/tickets/{Uri.EscapeDataString(number)}",
        visit.Say("Bekijk uw kaart", "See your ticket"), email, visit.Say(
            "Bij dit nummer en dit e-mailadres vinden wij geen kaart. Kreeg u haar op een ander adres?",
            "We find no ticket with this number and this e-mail address. Did you get it at another address?"));
}

/// <summary>What the buttons of our pages ask for. A form has one action, so the address of the page stays the page's own.</summary>
internal static class Deeds
{
    public const string Name = "do";
    public const string Tickets = "tickets";
    public const string Wallet = "wallet";
    public const string Calendar = "calendar";
    public const string Pay = "pay";
    public const string Take = "take";
    public const string Look = "look";
}
