using Balie.Ticketing.Tickets;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Transfers;

/// <summary>What somebody is offered, for whoever has the link, and for staff who may read bookings.</summary>
internal static class SeeOffer
{
    public sealed record Offer(
        Guid TransferId, string FromName, string Email, DateTimeOffset ExpiresAt, string Title, string Venue, DateTimeOffset StartsAt,
        string Zone, string TypeName, string? Seat);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/transfers/{transferId:guid}", Handle).Public();

    public static async Task<Outcome<Offer>> Handle(Guid transferId, string? secret, Caller caller, Db db, CancellationToken ct)
    {
        if (await Transfer.Find(db, transferId, ct) is not { } transfer) return TransferNotFound;
        if (!transfer.IsOpenAt(db.Now)) return TransferEnded;
        // A transfer is of a ticket, and neither is ever deleted.
        var ticket = (await TicketReader.See(db, [transfer.TicketId], ct))[0];
        if (!caller.May(Permission.BookingsRead) && !Transfer.IsSecret(secret, transferId, ticket.Secret)) return TransferNotFound;
        var occasion = (await Occasion.Of(db, [ticket.SlotId], ct))[ticket.SlotId];
        return new Offer(transferId, transfer.FromName, transfer.ToEmail, transfer.ExpiresAt, occasion.Title, occasion.VenueName,
            occasion.StartsAt, occasion.Zone, ticket.TypeName, ticket.SeatLabel);
    }
}
