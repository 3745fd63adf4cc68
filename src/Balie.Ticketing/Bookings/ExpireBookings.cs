using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// Writes down which holds have ended and clears their claims away. Housekeeping only: places are free from the moment a hold lapses,
/// whether this runs or not.
/// </summary>
internal static class ExpireBookings
{
    private const int AtOnce = 500;
    private const int MostRounds = 100;

    /// <summary>Long enough for a payment in its last seconds to arrive first.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    public static async Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        var inventory = services.GetRequiredService<IInventory>();
        for (var round = 0; round < MostRounds; round++)
        {
            var lapsed = await db.Everywhere.Many<Lapsed>(SelectLapsed, new { before = inventory.Now - Grace, AtOnce }, ct);
            foreach (var booking in lapsed) await db.As(booking.OrgId).Transact(tx => Expire(tx, booking.BookingId, inventory, ct), ct);
            if (lapsed.Length < AtOnce) return;
        }
    }

    private static async Task Expire(Tx tx, Guid bookingId, IInventory inventory, CancellationToken ct)
    {
        // Locked and looked at again: it may have been paid or cancelled since.
        if (await tx.One<BookingReader.Row>(LockLapsed, new { bookingId, dbNow = inventory.Now }, ct) is not { } booking) return;
        await BookingStep.Take(tx, booking, BookingStates.Expired, "system", "the hold ended", ct);
        await inventory.Release(tx, bookingId, ct);
        tx.Publish(new BookingExpired(bookingId, booking.EventId, booking.SlotId));
    }

    private sealed record Lapsed(Guid OrgId, Guid BookingId);

    private const string SelectLapsed = """
        select org_id, booking_id
        from ticketing.bookings
        where status = 'pending' and expires_at < @before
        order by expires_at
        limit @atOnce
        """;

    private const string LockLapsed = $"""
        select {BookingReader.Columns}
        from ticketing.bookings
        where org_id = @orgId and booking_id = @bookingId and status = 'pending' and expires_at < @dbNow
        for update skip locked
        """;
}
