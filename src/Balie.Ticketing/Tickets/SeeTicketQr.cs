using Microsoft.AspNetCore.Http;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Tickets;

/// <summary>A ticket's code as a QR symbol, for its holder: SVG for pages, PNG for mails.</summary>
internal static class SeeTicketQr
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tickets/{idOrNumber}/qr.svg", Svg).Public().Produces<string>(200, "image/svg+xml");
        api.MapGet("/tickets/{idOrNumber}/qr.png", Png).Public().Produces(200, contentType: "image/png");
    }

    public static Task<IResult> Svg(string idOrNumber, string? email, Caller caller, Db db, CancellationToken ct) =>
        Draw(idOrNumber, email, caller, db, (ticket, qr) => Results.Text(qr.Svg(ticket.Number), "image/svg+xml"), ct);

    public static Task<IResult> Png(string idOrNumber, string? email, Caller caller, Db db, CancellationToken ct) =>
        Draw(idOrNumber, email, caller, db, (_, qr) => Results.Bytes(qr.Png(), "image/png"), ct);

    private static async Task<IResult> Draw(
        string idOrNumber, string? email, Caller caller, Db db, Func<TicketReader.Row, QrImage, IResult> draw, CancellationToken ct)
    {
        var found = await TicketReader.Find(db, idOrNumber, email, caller, Permission.BookingsRead, forUpdate: false, ct);
        if (found is null) return (Outcome<Done>)TicketNotFound;
        if (!Ticket.MayHave(found, caller)) return (Outcome<Done>)(TicketStates.IsGood(found.Status) ? TicketNotYours : TicketClosed);
        using var qr = new QrImage(found.Code);
        return draw(found, qr);
    }
}
