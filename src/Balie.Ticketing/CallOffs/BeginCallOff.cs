using Balie.Contracts.Ticketing;

namespace Balie.Ticketing.CallOffs;

/// <summary>Writes down that bookings are to be cancelled because their event or slot was: <see cref="CancelCalledOff"/> does it.</summary>
internal static class BeginCallOff
{
    public static Task OfEvent(EventCancelled cancelled, Tx tx, IServiceProvider services, CancellationToken ct) =>
        Begin(tx, cancelled.EventId, null, cancelled.Reason, ct);

    public static Task OfSlot(SlotCancelled cancelled, Tx tx, IServiceProvider services, CancellationToken ct) =>
        Begin(tx, cancelled.EventId, cancelled.SlotId, cancelled.Reason, ct);

    private static Task<int> Begin(Tx tx, Guid eventId, Guid? slotId, string reason, CancellationToken ct) =>
        tx.Run(Insert, new { callOffId = tx.NewId(), eventId, slotId, reason, tx.Now }, ct);

    private const string Insert = """
        insert into ticketing.call_offs (org_id, call_off_id, event_id, slot_id, reason, begun_at)
        values (@orgId, @callOffId, @eventId, @slotId, @reason, @now)
        on conflict do nothing
        """;
}
