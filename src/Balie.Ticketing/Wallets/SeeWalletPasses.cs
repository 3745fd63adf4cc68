using Balie.Ticketing.Bookings;
using Balie.Ticketing.Tickets;
using Microsoft.AspNetCore.Http;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Wallets;

/// <summary>
/// Tickets for the wallets of phones: a pass for Apple's, a link for Google's, and all passes of a booking in one file. They hold the same
/// code as the PDF; a copy in a wallet opens nothing once the ticket has another code.
/// </summary>
internal static class SeeWalletPasses
{
    public sealed record WalletLink(Uri Url);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tickets/{idOrNumber}/apple.pkpass", Apple).Public().Produces(200, contentType: ApplePass.ContentType);
        api.MapGet("/bookings/{idOrReference}/apple.pkpasses", AppleAll).Public().Produces(200, contentType: ApplePass.SeveralContentType);
        api.MapGet("/tickets/{idOrNumber}/google-wallet", Google).Public();
    }

    public static async Task<IResult> Apple(
        string idOrNumber, string? email, string? locale, Caller caller, WalletDesk wallets, Db db, CancellationToken ct)
    {
        var found = await TicketReader.Find(db, idOrNumber, email, caller, Permission.BookingsRead, forUpdate: false, ct);
        if (found is null) return (Outcome<Done>)TicketNotFound;
        if (!wallets.Apple.CanSign) return (Outcome<Done>)WalletNotConfigured;
        if (Wrong(found, caller) is { } wrong) return (Outcome<Done>)wrong;
        var pass = (await wallets.Passes(db, [found], locale, ct))[0];
        return Results.Bytes(pass.Pass, ApplePass.ContentType, $"{found.Number}.pkpass");
    }

    public static async Task<IResult> AppleAll(
        string idOrReference, string? email, string? locale, Caller caller, WalletDesk wallets, Db db, CancellationToken ct)
    {
        var booking = await BookingReader.Find(db, idOrReference, email, caller, Permission.BookingsRead, forUpdate: false, ct);
        if (booking is null) return (Outcome<Done>)BookingNotFound;
        if (!wallets.Apple.CanSign) return (Outcome<Done>)WalletNotConfigured;
        var tickets = await TicketReader.OfBookings(db, [booking.BookingId], caller, email, ct);
        var passes = await wallets.Passes(db, [.. tickets.Where(ticket => Ticket.MayHave(ticket, caller))], locale, ct);
        return passes.Count == 0
            ? (Outcome<Done>)NoTickets
            : Results.Bytes(ApplePass.Several(passes, db.Now), ApplePass.SeveralContentType, $"{booking.Reference}.pkpasses");
    }

    public static async Task<Outcome<WalletLink>> Google(
        string idOrNumber, string? email, string? locale, Caller caller, WalletDesk wallets, Db db, CancellationToken ct)
    {
        var found = await TicketReader.Find(db, idOrNumber, email, caller, Permission.BookingsRead, forUpdate: false, ct);
        if (found is null) return TicketNotFound;
        if (!wallets.Google.CanSign) return WalletNotConfigured;
        if (Wrong(found, caller) is { } wrong) return wrong;
        return new WalletLink((await wallets.Links(db, [found], locale, ct))[found.TicketId]);
    }

    private static Refusal? Wrong(TicketReader.Row ticket, Caller caller)
    {
        if (!TicketStates.IsGood(ticket.Status)) return TicketClosed;
        return Ticket.MayHave(ticket, caller) ? null : TicketNotYours;
    }
}
