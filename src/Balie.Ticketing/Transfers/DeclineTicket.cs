using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Transfers;

/// <summary>Says no to an offered ticket, by the secret in its link: it stays with whoever offered it.</summary>
internal static class DeclineTicket
{
    public sealed record Request(string Secret);

    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/transfers/{transferId:guid}/refusal", Handle).Public();

    public static Task<Outcome<Done>> Handle(Guid transferId, Request request, Db db, CancellationToken ct) =>
        db.Transact<Done>(async tx =>
        {
            if (await Transfer.Lock(tx, transferId, ct) is not var (transfer, ticket)) return TransferNotFound;
            if (!transfer.IsOpenAt(tx.Now)) return TransferEnded;
            if (!Transfer.IsSecret(request.Secret, transferId, ticket.Secret)) return TransferNotFound;
            await Transfer.End(tx, transferId, TransferStates.Declined, null, ct);
            return new Done("You declined the ticket. It stays with whoever offered it.");
        }, ct);
}
