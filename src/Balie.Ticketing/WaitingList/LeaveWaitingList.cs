using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Bookings;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.WaitingList;

/// <summary>Gives up a place in the line, or an offer: then the places go to whoever comes next. Leaving twice says the same.</summary>
internal static class LeaveWaitingList
{
    public static void Map(IEndpointRouteBuilder api) => api.MapDelete("/waiting-list/{entryId:guid}", Handle).Public();

    public static Task<Outcome<Done>> Handle(
        Guid entryId, string? email, Caller caller, IInventory inventory, Db db, CancellationToken ct) =>
        db.Transact<Done>(async tx =>
        {
            if (await WaitingEntry.Find(tx, entryId, email, caller, Permission.BookingsWrite, ct) is null) return EntryNotFound;
            // An offer may be made in this very moment: what the row says now decides.
            if (await tx.One<Left>(Leave, new { entryId, from = WaitingStates.Before(WaitingStates.Left), tx.Now }, ct) is { } left
                && left.BookingId is { } bookingId)
                await LetGo(tx, bookingId, caller, inventory, ct);
            return new Done("You are not on the waiting list any more.");
        }, ct);

    private static async Task LetGo(Tx tx, Guid bookingId, Caller caller, IInventory inventory, CancellationToken ct)
    {
        var booking = await tx.One<BookingReader.Row>(LockBooking, new { bookingId }, ct);
        if (booking is null) return;
        await BookingStep.Take(tx, booking, BookingStates.Cancelled, caller.Actor, "offer declined", ct);
        await inventory.Release(tx, bookingId, ct);
        tx.Publish(new BookingCancelled(bookingId, booking.EventId, booking.SlotId, "offer declined"));
    }

    private sealed record Left(Guid? BookingId);

    private const string Leave = """
        update ticketing.waiting_entries
        set status = 'left', updated_at = @now
        where org_id = @orgId and entry_id = @entryId and status = any (@from)
        returning booking_id
        """;

    private const string LockBooking = $"""
        select {BookingReader.Columns}
        from ticketing.bookings
        where org_id = @orgId and booking_id = @bookingId and status = 'pending'
        for update
        """;
}
