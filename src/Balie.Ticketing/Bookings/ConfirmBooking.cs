using Balie.Contracts.Inventory;
using Balie.Ticketing.Offers;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// Staff took the money at the desk, so the held places are sold. A hold that ended meanwhile is taken again where places are left; where
/// none are, nothing is sold and the money must be given back.
/// </summary>
internal static partial class ConfirmBooking
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/bookings/{bookingId:guid}/confirmation", Handle).Needs(Permission.BookingsWrite);

    public static Task<Outcome<Booking>> Handle(
        Guid bookingId, Caller caller, EventOffers offers, IInventory inventory, Db db, ILogger<TicketingModule> log,
        CancellationToken ct) =>
        db.Transact<Booking>(async tx =>
        {
            var found = await BookingReader.Find(tx, bookingId.ToString(), null, caller, Permission.BookingsWrite, forUpdate: true, ct);
            if (found is null) return BookingNotFound;
            if (found.Status == BookingStates.Confirmed) return await BookingReader.Whole(tx, found, inventory.Now, ct);
            if (found.IsOrdered) return BookingIsOrdered;
            if (!BookingStates.MayBecome(found.Status, BookingStates.Confirmed)) return BookingClosed;
            if ((await offers.Find(caller.OrgId, found.EventId, ct)) is not { } offer || offer.Slot(found.SlotId) is not { } slot)
                return EventNotFound;

            var items = await BookingReader.Items(tx, found.BookingId, ct);
            if (!await SellPlaces.Of(tx, found, items, offer, slot, inventory, caller.Actor, "paid at the desk", ct)) return HoldExpired;
            LogConfirmed(log, bookingId);
            return await BookingReader.Whole(tx, found with { Status = BookingStates.Confirmed, ExpiresAt = null }, inventory.Now, ct);
        }, ct);

    [LoggerMessage(Level = LogLevel.Information, Message = "Booking {BookingId} was confirmed at the desk")]
    private static partial void LogConfirmed(ILogger log, Guid bookingId);
}
