using Balie.Contracts.Ticketing;
using Balie.Ticketing.Tickets;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Transfers;

/// <summary>
/// Takes an offered ticket, by the secret in its link. From this moment the code that the giver has is dead, on paper and in wallets alike,
/// and the answer holds the new one. Of two who follow the same link one gets the ticket.
/// </summary>
internal static partial class AcceptTicket
{
    public const int LongestName = 200;

    public sealed record Request(string Secret, string Name);

    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/transfers/{transferId:guid}/acceptance", Handle).Public();

    public static async Task<Outcome<Ticket>> Handle(
        Guid transferId, Request request, Caller caller, TicketKeys keys, Db db, ILogger<TicketingModule> log, CancellationToken ct)
    {
        var name = request.Name.Trim();
        if (name.Length is 0 or > LongestName) return KernelRefusals.Invalid.At("name", $"Give a name of 1 to {LongestName} characters.");
        return await db.Transact<Ticket>(async tx =>
        {
            if (await Transfer.Lock(tx, transferId, ct) is not var (transfer, ticket)) return TransferNotFound;
            if (!transfer.IsOpenAt(tx.Now)) return TransferEnded;
            if (!Transfer.IsSecret(request.Secret, transferId, ticket.Secret)) return TransferNotFound;
            if (!TicketStates.IsGood(ticket.Status)) return TicketClosed;

            await Transfer.End(tx, transferId, TransferStates.Accepted, name, ct);
            var holder = new TicketSteps.NewHolder(caller.UserId, name, transfer.ToEmail);
            await TicketSteps.Renew(tx, ticket, keys, holder, TicketStates.Transferred, "transferred", caller.Actor, "", ct);
            tx.Publish(new TicketTransferred(ticket.TicketId, ticket.BookingId, transfer.FromEmail, transfer.ToEmail));
            LogAccepted(log, ticket.TicketId, transferId);
            // It was locked all along, so it is there.
            var now = (await TicketReader.Lock(tx, ticket.TicketId, ct))!;
            return Ticket.Of(now with { IsHolders = true }, caller);
        }, ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Ticket {TicketId} has a new holder by transfer {TransferId}")]
    private static partial void LogAccepted(ILogger log, Guid ticketId, Guid transferId);
}
