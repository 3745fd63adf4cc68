using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Tickets;

/// <summary>
/// Codes for the holder's own phone, each good for half a minute: the present one and those of the next quarter of an hour, so that a phone
/// that loses its network at the door goes on. A picture of one is soon worthless.
/// </summary>
internal static class SeeRotatingCodes
{
    private const int Ahead = 30;

    public sealed record RotatingTicket(Guid TicketId, string Number, IReadOnlyList<Shown> Codes);

    public sealed record Shown(string Code, DateTimeOffset From, DateTimeOffset Until);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/tickets/{idOrNumber}/rotating-codes", Handle).Public();

    public static async Task<Outcome<RotatingTicket>> Handle(string idOrNumber, string? email, Caller caller, Db db, CancellationToken ct)
    {
        var found = await TicketReader.Find(db, idOrNumber, email, caller, Permission.BookingsRead, forUpdate: false, ct);
        if (found is null) return TicketNotFound;
        if (!TicketStates.IsGood(found.Status)) return TicketClosed;
        if (!found.IsHolders) return TicketNotYours;

        var first = RotatingCode.StepAt(db.Now);
        return new RotatingTicket(found.TicketId, found.Number,
        [
            .. from ahead in Enumerable.Range(0, Ahead)
               let step = first + (uint)ahead
               select new Shown(
                   RotatingCode.Write(new RotatingCode.Claim(found.TicketId, found.Serial, step), RotatingCode.KeyOf(found.Secret)),
                   RotatingCode.Begins(step), RotatingCode.Begins(step + 1)),
        ]);
    }
}
