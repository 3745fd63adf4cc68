using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Tickets;

/// <summary>
/// Ends one ticket for good, with a reason: it opens nothing any more. Its place stays taken, and its money where it is: to give those
/// back, cancel the booking or refund the order. Asked twice it says the same.
/// </summary>
internal static class VoidTicket
{
    public sealed record Request(string Reason);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/tickets/{ticketId:guid}/voiding", Handle).Needs(Permission.BookingsWrite);

    public static async Task<Outcome<Ticket>> Handle(Guid ticketId, Request request, Caller caller, Db db, CancellationToken ct)
    {
        if (request.Reason.Trim().Length == 0) return KernelRefusals.Invalid.At("reason", "Say why.");
        if (TicketSteps.Wrong(request.Reason) is { } wrong) return wrong;
        return await db.Transact<Ticket>(async tx =>
        {
            if (await TicketReader.Lock(tx, ticketId, ct) is not { } ticket) return TicketNotFound;
            if (ticket.Status != TicketStates.Voided && !TicketStates.MayBecome(ticket.Status, TicketStates.Voided)) return TicketClosed;
            await TicketSteps.End(tx, [ticket.BookingId], [ticketId], TicketStates.Voided, caller.Actor, request.Reason, ct);
            return Ticket.Of(ticket with { Status = TicketStates.Voided }, caller);
        }, ct);
    }
}
