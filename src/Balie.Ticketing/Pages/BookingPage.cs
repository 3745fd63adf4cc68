using Balie.Contracts.Inventory;
using Balie.Contracts.Orders;
using Balie.Ticketing.Bookings;
using Balie.Ticketing.Offers;
using Balie.Ticketing.Tickets;
using Balie.Ticketing.WaitingList;
using Balie.Ticketing.Wallets;
using Balie.Ui;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Balie.Ticketing.Pages;

/// <summary>
/// Where the mails about a booking lead, those of the waiting list among them. The link says nothing by itself: its reader gives the e-mail
/// address of the booking, and one that does not match finds nothing. Whoever merely follows links changes nothing.
/// </summary>
internal static class BookingPage
{
    private const string Route = "/bookings/{reference:maxlength(40)}";

    public static void MapRoot(IEndpointRouteBuilder root)
    {
        root.MapGet(Route, Open).Page();
        root.MapPost(Route, Act).FormOfPage();
    }

    /// <summary>What the page is made from, besides who looks at it.</summary>
    public sealed record Desk(
        IInventory Inventory, EventOffers Offers, TicketPrinter Printer, WalletDesk Wallets, [FromServices] IOrders? Orders);

    public static Task Open(string reference, [AsParameters] Visit visit, [AsParameters] Desk desk, CancellationToken ct) =>
        visit.Caller.IsGuest ? Ask(reference, "", visit) : Show(reference, "", visit, desk, ct);

    public static async Task Act(string reference, [AsParameters] Visit visit, [AsParameters] Desk desk, CancellationToken ct)
    {
        var form = await Form.Read(visit.Http);
        var (email, caller, db, locale) = (form["email"], visit.Caller, visit.Db, visit.Reader.Language);
        var deed = form[Deeds.Name];
        var file = deed switch
        {
            Deeds.Tickets => await PrintTickets.OfBooking(reference, email, locale, caller, desk.Printer, db, ct),
            Deeds.Wallet => await SeeWalletPasses.AppleAll(reference, email, locale, caller, desk.Wallets, db, ct),
            Deeds.Calendar => await SeeBookingCalendar.Handle(reference, email, caller, db, ct),
            _ => null,
        };
        if (file is not null) await file.ExecuteAsync(visit.Http);
        else if (deed == Deeds.Pay) await Pay(reference, email, visit, desk, ct);
        else
        {
            if (deed == Deeds.Take) await Take(reference, email, visit, desk, ct);
            await Show(reference, email, visit, desk, ct);
        }
    }

    // Whatever it answers, the page then shows what is so.
    private static async Task Take(string reference, string email, Visit visit, Desk desk, CancellationToken ct)
    {
        if (await Find(reference, email, visit, ct) is { } booking
            && await WaitingEntry.OfBooking(visit.Db, booking.BookingId, ct) is { } entry)
            await AcceptPlaces.Handle(entry.Id, email, visit.Caller, desk.Offers, desk.Inventory, visit.Db, ct);
    }

    private static async Task Pay(string reference, string email, Visit visit, Desk desk, CancellationToken ct)
    {
        var placed = await PayBooking.Handle(
            reference, new(visit.Reader.Language), email, visit.Caller, visit.Db, desk.Orders, ct);
        if (placed.Value is not { PaymentUrl: { } address } order)
        {
            await Show(reference, email, visit, desk, ct);
            return;
        }
        var title = visit.Say("Uw bestelling staat klaar", "Your order is ready");
        // A link and no redirect: a form may not lead to another host, and the provider's page is one.
        await visit.Answer(title, $"""
            {Signs.Wait}
            <h1>{title}</h1>
            <p role="status">{visit.Say("Betaal om de plaatsen te houden.", "Pay to keep the places.")}</p>
            <table class="sums">
            <tbody>{order.Lines.Select(line => Row(visit.Reader, Programme.Together(line.Title, line.Name), line.Amount, "part"))}</tbody>
            <tfoot>{Row(visit.Reader, visit.Say("Totaal", "Total"), order.Total, "sum")}</tfoot>
            </table>
            {Parts.Link(visit.Say($"Betaal {visit.Reader.Amount(order.Due)}", $"Pay {visit.Reader.Amount(order.Due)}"), address)}
            """);
    }

    private static Markup Row(Reader reader, string label, Money amount, string kind) =>
        $"<tr class=\"{kind}\"><th scope=\"row\">{label}</th><td>{reader.Amount(amount)}</td></tr>\n";

    private static async Task Show(string reference, string email, Visit visit, Desk desk, CancellationToken ct)
    {
        var db = visit.Db;
        if (await Find(reference, email, visit, ct) is not { } row)
        {
            await Ask(reference, email, visit);
            return;
        }
        var tickets = await TicketReader.OfBookings(db, [row.BookingId], visit.Caller, email, ct);
        var sheet = new BookingSheet(
            visit, await BookingReader.Whole(db, row, desk.Inventory.Now, ct), (await Occasion.Of(db, [row.SlotId], ct))[row.SlotId],
            tickets, email)
        {
            IsOffer = await WaitingEntry.OfBooking(db, row.BookingId, ct) is not null,
            CanBePaid = desk.Orders is not null,
            HasApple = desk.Wallets.Apple.CanSign,
            Google = await desk.Wallets.Links(
                db, [.. tickets.Where(ticket => Ticket.MayHave(ticket, visit.Caller))], visit.Reader.Language, ct),
        };
        await visit.Answer(sheet.Title, sheet.Draw());
    }

    private static Task<BookingReader.Row?> Find(string reference, string email, Visit visit, CancellationToken ct) =>
        BookingReader.Find(visit.Db, reference, email, visit.Caller, Permission.BookingsRead, forUpdate: false, ct);

    private static Task Ask(string reference, string email, Visit visit) => visit.Ask(
        visit.Say("Uw reservering", "Your booking"), References.Read(reference), $"/bookings/{Uri.EscapeDataString(reference)}",
        visit.Say("Bekijk uw reservering", "See your booking"), email, visit.Say(
            "Bij dit nummer en dit e-mailadres vinden wij geen reservering. Gebruikte u een ander adres?",
            "We find no booking with this number and this e-mail address. Did you use another address?"));
}
