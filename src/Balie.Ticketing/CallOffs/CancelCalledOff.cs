using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Bookings;
using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.CallOffs;

/// <summary>
/// Cancels the bookings of what was called off, a hundred at a time, each batch in a transaction that also writes down how far it came: a
/// crash costs one batch, which is done again. Bookings of an order are left alone: Orders gives their money back, and withdraws them.
/// At most so many a second, so that a full arena does not hold up those who book something else.
/// </summary>
internal static class CancelCalledOff
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    public const int BatchSize = 100;
    private const int MostPerSecond = 200;
    private const int MostBatches = MostPerSecond * 5 / BatchSize;

    public static async Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        var inventory = services.GetRequiredService<IInventory>();
        for (var batch = 0; batch < MostBatches; batch++)
        {
            if (await db.Everywhere.One<Open>(SelectOldest, null, ct) is not { } open) return;
            await db.As(open.OrgId).Transact(tx => CancelSome(tx, open.CallOffId, inventory, ct), ct);
        }
    }

    private static async Task CancelSome(Tx tx, Guid callOffId, IInventory inventory, CancellationToken ct)
    {
        // Locked and read again: another process may have gone on meanwhile.
        if (await tx.One<CallOff>(Lock, new { callOffId }, ct) is not { } callOff) return;
        var bookings = await tx.Many<BookingReader.Row>(LockNext, new { callOff.EventId, callOff.SlotId, callOff.AfterId, BatchSize }, ct);
        foreach (var booking in bookings)
        {
            await BookingStep.Take(tx, booking, BookingStates.Cancelled, "system", callOff.Reason, ct);
            await inventory.Release(tx, booking.BookingId, ct);
        }
        var ids = bookings.Select(booking => booking.BookingId).ToArray();
        await TicketSteps.End(tx, ids, null, TicketStates.Voided, "system", callOff.Reason, ct);
        var told = bookings.Select(booking => new BookingCancelled(booking.BookingId, booking.EventId, booking.SlotId, callOff.Reason));
        tx.PublishAll(told.ToArray());
        var afterId = ids.Length > 0 ? ids[^1] : callOff.AfterId;
        await tx.Run(GoOn, new { callOffId, afterId, count = ids.Length, isLast = ids.Length < BatchSize, tx.Now }, ct);
    }

    private sealed record Open(Guid OrgId, Guid CallOffId);

    private sealed record CallOff(Guid EventId, Guid? SlotId, string Reason, Guid AfterId);

    private const string SelectOldest = """
        select org_id, call_off_id
        from ticketing.call_offs
        where finished_at is null
        order by begun_at, call_off_id
        limit 1
        """;

    private const string Lock = """
        select event_id, slot_id, reason, after_id
        from ticketing.call_offs
        where org_id = @orgId and call_off_id = @callOffId and finished_at is null
        for update
        """;

    private const string LockNext = $"""
        select {BookingReader.Columns}
        from ticketing.bookings
        where org_id = @orgId and event_id = @eventId and (@slotId::uuid is null or slot_id = @slotId)
        and booking_id > @afterId and status in ('pending', 'confirmed') and not is_ordered
        order by booking_id
        limit @batchSize
        for update
        """;

    private const string GoOn = """
        update ticketing.call_offs
        set after_id = @afterId, cancelled = cancelled + @count, finished_at = case when @isLast then @now end
        where org_id = @orgId and call_off_id = @callOffId
        """;
}
