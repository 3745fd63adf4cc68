using Balie.Contracts.Inventory;
using Balie.Ticketing.Bookings;
using Balie.Ticketing.Offers;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.WaitingList;

/// <summary>
/// Takes what is offered. Places that cost nothing are somebody's at once; for others this gives the held booking, which is paid like any
/// other, and being paid accepts the offer. Accepting twice gives the same booking.
/// </summary>
internal static class AcceptPlaces
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/waiting-list/{entryId:guid}/acceptance", Handle).Public();

    public static Task<Outcome<Booking>> Handle(
        Guid entryId, string? email, Caller caller, EventOffers offers, IInventory inventory, Db db, CancellationToken ct) =>
        db.Transact<Booking>(async tx =>
        {
            var entry = await WaitingEntry.Find(tx, entryId, email, caller, Permission.BookingsWrite, ct);
            if (entry is null) return EntryNotFound;
            if (entry.BookingId is not { } bookingId) return NothingOffered;
            if (await tx.One<BookingReader.Row>(LockBooking, new { bookingId }, ct) is not { } booking) return NothingOffered;
            if (booking.Status == BookingStates.Confirmed) return await BookingReader.Whole(tx, booking, inventory.Now, ct);
            if (booking.Status != BookingStates.Pending || booking.ExpiresAt < inventory.Now) return NothingOffered;
            if (booking.TotalMinor > 0) return await BookingReader.Whole(tx, booking, inventory.Now, ct);
            if (await offers.Find(caller.OrgId, booking.EventId, ct) is not { } offer || offer.Slot(booking.SlotId) is not { } slot)
                return EventNotFound;

            var items = await BookingReader.Items(tx, booking.BookingId, ct);
            if (!await SellPlaces.Of(tx, booking, items, offer, slot, inventory, caller.Actor, "offer accepted", ct)) return NothingOffered;
            await EndOffers.Accept(tx, [bookingId], ct);
            return await BookingReader.Whole(
                tx, booking with { Status = BookingStates.Confirmed, ExpiresAt = null }, inventory.Now, ct);
        }, ct);

    private const string LockBooking = $"""
        select {BookingReader.Columns}
        from ticketing.bookings
        where org_id = @orgId and booking_id = @bookingId
        for update
        """;
}
