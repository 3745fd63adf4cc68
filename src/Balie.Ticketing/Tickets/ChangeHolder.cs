using Balie.Contracts.Ticketing;
using Balie.Ticketing.Transfers;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Tickets;

/// <summary>
/// Puts another name on a ticket; its holder may, and the code stays. The desk may also correct the address: then whoever read the wrong
/// mailbox must not get in, so the ticket gets another code.
/// </summary>
internal static partial class ChangeHolder
{
    private const int LongestName = 200;

    public sealed record Request(string Name, string? Email = null);

    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/tickets/{idOrNumber}/holder", Handle).Public();

    public static async Task<Outcome<Ticket>> Handle(
        string idOrNumber, Request request, string? email, Caller caller, TicketKeys keys, Db db, ILogger<TicketingModule> log,
        CancellationToken ct)
    {
        var name = request.Name.Trim();
        if (name.Length is 0 or > LongestName) return KernelRefusals.Invalid.At("name", $"Give a name of 1 to {LongestName} characters.");
        if (request.Email is not null && !caller.May(Permission.BookingsWrite)) return KernelRefusals.Forbidden;
        if (request.Email is not null && Transfer.Wrong(request.Email, "email") is { } wrong) return wrong;
        return await db.Transact<Ticket>(async tx =>
        {
            var ticket = await TicketReader.Find(tx, idOrNumber, email, caller, Permission.BookingsWrite, forUpdate: true, ct);
            if (ticket is null) return TicketNotFound;
            if (!TicketStates.IsGood(ticket.Status)) return TicketClosed;
            if (!Ticket.MayHave(ticket, caller)) return TicketNotYours;

            if (request.Email is { } other && other != ticket.HolderEmail)
            {
                var holder = new TicketSteps.NewHolder(null, name, other);
                await TicketSteps.Renew(tx, ticket, keys, holder, ticket.Status, "holder_changed", caller.Actor, "", ct);
                tx.Publish(new TicketReissued(ticket.TicketId, ticket.BookingId, ticket.Serial + 1, "holder_changed"));
            }
            else
            {
                await TicketSteps.Rename(tx, ticket, name, caller.Actor, ct);
            }
            LogChanged(log, ticket.TicketId);
            // It was locked all along, so it is there.
            return Ticket.Of((await TicketReader.Lock(tx, ticket.TicketId, ct))! with { IsHolders = ticket.IsHolders }, caller);
        }, ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The holder of ticket {TicketId} was changed")]
    private static partial void LogChanged(ILogger log, Guid ticketId);
}
