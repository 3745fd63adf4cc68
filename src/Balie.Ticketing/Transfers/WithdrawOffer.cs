using Balie.Ticketing.Tickets;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Transfers;

/// <summary>Takes an offer back before it is accepted. Asked twice it says the same.</summary>
internal static class WithdrawOffer
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/tickets/{idOrNumber}/transfers/{transferId:guid}", Handle).Public();

    public static Task<Outcome<Done>> Handle(
        string idOrNumber, Guid transferId, string? email, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<Done>(async tx =>
        {
            var ticket = await TicketReader.Find(tx, idOrNumber, email, caller, Permission.BookingsWrite, forUpdate: true, ct);
            if (ticket is null) return TicketNotFound;
            if (!ticket.IsHolders && !caller.May(Permission.BookingsWrite)) return TicketNotYours;
            if (await Transfer.Lock(tx, transferId, ct) is not var (transfer, of) || of.TicketId != ticket.TicketId)
                return TransferNotFound;
            if (transfer.Status is not (TransferStates.Offered or TransferStates.Withdrawn)) return TransferEnded;
            await Transfer.End(tx, transferId, TransferStates.Withdrawn, null, ct);
            return new Done("The offer was withdrawn. The ticket is yours as before.");
        }, ct);
}
