using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Offers;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// Makes the held places of a booking, whose row the caller has locked, its holder's own. A hold that ended meanwhile is taken again where
/// places are left.
/// </summary>
internal static class SellPlaces
{
    /// <returns>False when places are gone: the caller must roll back to where it began.</returns>
    public static async Task<bool> Of(
        Tx tx, BookingReader.Row booking, IReadOnlyList<BookingReader.Item> lines, EventOffer offer, SlotOffer slot,
        IInventory inventory, string actor, string reason, CancellationToken ct)
    {
        var demands = TakePlaces.Demands(slot, lines.Select(line =>
            (offer.Type(line.TicketTypeId), line.Quantity, (IReadOnlyList<int>?)line.Seats)));
        if (!await inventory.Confirm(tx, booking.BookingId, demands, ct)) return false;

        await BookingStep.Take(tx, booking, BookingStates.Confirmed, actor, reason, ct);
        tx.Publish(
            new BookingConfirmed(booking.BookingId, booking.EventId, booking.SlotId, lines.Sum(line => line.Quantity)));
        return true;
    }
}
