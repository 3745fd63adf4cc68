using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Offers;
using Balie.Ticketing.Tickets;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// Gives a booking back: its places are free the moment this commits. People may until the organisation's limit before the start, staff
/// always. Cancelling twice changes nothing and says the same, so a double click is harmless.
/// </summary>
internal static partial class CancelBooking
{
    private const int LongestReason = 500;

    public sealed record Request(string? Reason = null);

    public static void Map(IEndpointRouteBuilder api) => api.MapPatch("/bookings/{idOrReference}/cancel", Handle).Public();

    public static async Task<Outcome<Booking>> Handle(
        string idOrReference, Request request, string? email, Caller caller, EventOffers offers, PolicyStore policies,
        IInventory inventory, Db db, ILogger<TicketingModule> log, CancellationToken ct)
    {
        var reason = request.Reason ?? "";
        if (reason.Length > LongestReason)
            return KernelRefusals.Invalid.At("reason", $"Give a reason of at most {LongestReason} characters.");
        var figures = await policies.Of(caller.OrgId, ct);

        return await db.Transact<Booking>(async tx =>
        {
            var found = await BookingReader.Find(tx, idOrReference, email, caller, Permission.BookingsWrite, forUpdate: true, ct);
            if (found is null) return BookingNotFound;
            if (found.IsOrdered) return BookingIsOrdered;
            if (found.Status == BookingStates.Cancelled) return await BookingReader.Whole(tx, found, inventory.Now, ct);
            if (!BookingStates.MayBecome(found.Status, BookingStates.Cancelled)) return BookingClosed;
            if (!caller.May(Permission.BookingsWrite) && await Late(found)) return CancellationClosed;

            await BookingStep.Take(tx, found, BookingStates.Cancelled, caller.Actor, reason, ct);
            await TicketSteps.End(tx, [found.BookingId], null, TicketStates.Voided, caller.Actor, reason, ct);
            await inventory.Release(tx, found.BookingId, ct);
            tx.Publish(new BookingCancelled(found.BookingId, found.EventId, found.SlotId, reason));
            LogCancelled(log, found.BookingId);
            return await BookingReader.Whole(tx, found with { Status = BookingStates.Cancelled }, inventory.Now, ct);
        }, ct);

        // A hold that was never paid for can always be let go.
        async Task<bool> Late(BookingReader.Row booking) =>
            booking.Status == BookingStates.Confirmed
            && (await offers.Find(caller.OrgId, booking.EventId, ct))?.Slot(booking.SlotId) is { } slot
            && db.Now > slot.StartsAt - figures.CancellationUntil;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Booking {BookingId} was cancelled")]
    private static partial void LogCancelled(ILogger log, Guid bookingId);
}
