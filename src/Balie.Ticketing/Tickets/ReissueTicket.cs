using Balie.Contracts.Ticketing;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Tickets;

/// <summary>
/// Gives a ticket another code, because the old one was lost or shown to the wrong people: the old one is dead at once. Its holder may, and
/// the desk.
/// </summary>
internal static partial class ReissueTicket
{
    private const int MostCodes = 1_000;

    public sealed record Request(string Reason = "");

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/tickets/{idOrNumber}/codes", Handle).Public().Creates();

    public static async Task<Outcome<Ticket>> Handle(
        string idOrNumber, Request request, string? email, Caller caller, TicketKeys keys, Db db, ILogger<TicketingModule> log,
        CancellationToken ct)
    {
        if (TicketSteps.Wrong(request.Reason) is { } wrong) return wrong;
        return await db.Transact<Ticket>(async tx =>
        {
            var ticket = await TicketReader.Find(tx, idOrNumber, email, caller, Permission.BookingsWrite, forUpdate: true, ct);
            if (ticket is null) return TicketNotFound;
            if (!TicketStates.IsGood(ticket.Status) || ticket.Serial >= MostCodes) return TicketClosed;
            if (!Ticket.MayHave(ticket, caller)) return TicketNotYours;

            await TicketSteps.Renew(tx, ticket, keys, null, ticket.Status, "reissued", caller.Actor, request.Reason, ct);
            tx.Publish(new TicketReissued(ticket.TicketId, ticket.BookingId, ticket.Serial + 1, request.Reason));
            LogReissued(log, ticket.TicketId, ticket.Serial + 1);
            // It was locked all along, so it is there.
            return Ticket.Of((await TicketReader.Lock(tx, ticket.TicketId, ct))! with { IsHolders = true }, caller);
        }, ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Ticket {TicketId} was reissued with serial {Serial}")]
    private static partial void LogReissued(ILogger log, Guid ticketId, int serial);
}
