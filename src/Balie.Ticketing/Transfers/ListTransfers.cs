using Balie.Ticketing.Tickets;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Transfers;

/// <summary>To whom a ticket was offered, and what became of it, for its holder and the desk.</summary>
internal static class ListTransfers
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/tickets/{idOrNumber}/transfers", Handle).Public();

    public static async Task<Outcome<Transfer[]>> Handle(string idOrNumber, string? email, Caller caller, Db db, CancellationToken ct)
    {
        var ticket = await TicketReader.Find(db, idOrNumber, email, caller, Permission.BookingsRead, forUpdate: false, ct);
        if (ticket is null) return TicketNotFound;
        return (await Transfer.OfTicket(db, ticket.TicketId, ct)).Select(Transfer.Of).ToArray();
    }
}
