using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Tickets;

/// <summary>
/// Shows one ticket, by id or number. Guests add the e-mail address of its holder, or the one it was booked with; only the holder gets
/// the code.
/// </summary>
internal static class SeeTicket
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/tickets/{idOrNumber}", Handle).Public();

    public static async Task<Outcome<Ticket>> Handle(string idOrNumber, string? email, Caller caller, Db db, CancellationToken ct) =>
        await TicketReader.Find(db, idOrNumber, email, caller, Permission.BookingsRead, forUpdate: false, ct) is { } row
            ? Ticket.Of(row, caller)
            : TicketNotFound;
}
