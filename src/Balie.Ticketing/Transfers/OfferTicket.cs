using Balie.Contracts.Ticketing;
using Balie.Ticketing.Tickets;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Transfers;

/// <summary>
/// Offers a ticket to somebody by e-mail. Until they accept by the link in it, the ticket stays its holder's and its code good. How often a
/// ticket may change hands, and until when, is the organiser's policy; the desk is not bound by it.
/// </summary>
internal static partial class OfferTicket
{
    public sealed record Request(string Email);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/tickets/{idOrNumber}/transfers", Handle).Public().Creates();

    public static async Task<Outcome<Transfer>> Handle(
        string idOrNumber, Request request, string? email, Caller caller, PolicyStore policies, Db db, ILogger<TicketingModule> log,
        CancellationToken ct)
    {
        if (Transfer.Wrong(request.Email, "email") is { } wrong) return wrong;
        var figures = await policies.Of(caller.OrgId, ct);
        return await db.Transact<Transfer>(async tx =>
        {
            var ticket = await TicketReader.Find(tx, idOrNumber, email, caller, Permission.BookingsWrite, forUpdate: true, ct);
            if (ticket is null) return TicketNotFound;
            if (!TicketStates.IsGood(ticket.Status)) return TicketClosed;
            if (!Ticket.MayHave(ticket, caller)) return TicketNotYours;
            if (string.Equals(ticket.HolderEmail, request.Email, StringComparison.OrdinalIgnoreCase)) return TransferToSelf;

            var occasion = (await Occasion.Of(tx, [ticket.SlotId], ct))[ticket.SlotId];
            var isDesk = caller.May(Permission.BookingsWrite);
            var closes = occasion.StartsAt - (isDesk ? TimeSpan.Zero : figures.TransferCloses);
            if (occasion.IsCalledOff || tx.Now >= closes) return TransferClosed;
            await tx.Run(LapseOld, new { ticket.TicketId, tx.Now }, ct);
            var before = await Transfer.OfTicket(tx, ticket.TicketId, ct);
            if (before.Any(one => one.Status == TransferStates.Offered)) return TransferPending;
            if (!isDesk && before.Count(one => one.Status == TransferStates.Accepted) >= figures.TransfersPerTicket) return TransferLimit;

            var (transferId, until) = (tx.NewId(), tx.Now + figures.TransferOfferLasts);
            var expiresAt = until < closes ? until : closes;
            var args = new { transferId, ticket.TicketId, ticket.HolderName, ticket.HolderEmail, request.Email, tx.Now, expiresAt };
            await tx.Run(Insert, args, ct);
            tx.Publish(new TicketTransferOffered(transferId, ticket.TicketId, request.Email, expiresAt));
            LogOffered(log, ticket.TicketId, transferId);
            return new Transfer(transferId, ticket.TicketId, request.Email, TransferStates.Offered, tx.Now, expiresAt, null);
        }, ct);
    }

    // Whether a job wrote it down or not, an offer has ended when its time is up.
    private const string LapseOld = """
        update ticketing.ticket_transfers
        set status = 'lapsed', ended_at = @now
        where org_id = @orgId and ticket_id = @ticketId and status = 'offered' and expires_at <= @now
        """;

    private const string Insert = """
        insert into ticketing.ticket_transfers (
            org_id, transfer_id, ticket_id, from_name, from_email, to_email, status, offered_at, expires_at)
        values (@orgId, @transferId, @ticketId, @holderName, @holderEmail, @email, 'offered', @now, @expiresAt)
        """;

    [LoggerMessage(Level = LogLevel.Information, Message = "Ticket {TicketId} was offered in transfer {TransferId}")]
    private static partial void LogOffered(ILogger log, Guid ticketId, Guid transferId);
}
