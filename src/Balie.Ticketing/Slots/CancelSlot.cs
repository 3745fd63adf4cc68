using Balie.Contracts.Ticketing;
using Balie.Ticketing.Events;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Slots;

/// <summary>Calls off one slot for good; the others of its event take place. Its bookings hear of it by message.</summary>
internal static class CancelSlot
{
    public sealed record Because(string Reason);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/slots/{slotId:guid}/cancellation", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<Slot>> Handle(Guid slotId, Because body, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<Slot>(async tx =>
        {
            if (EventMoves.Wrong(body.Reason) is { } wrong) return wrong;
            var eventId = await tx.One<Guid>(EventOf, new { slotId }, ct);
            if (eventId == Guid.Empty) return SlotNotFound;
            var edit = await EventEdits.Begin(tx, eventId, ifMatch: null, forCalendars: true, ct);
            if (edit.Refusal is { } refusal) return refusal;
            var slot = await tx.One<SlotRow>(Cancel, new { slotId }, ct);
            if (slot is null) return SlotIsCancelled;

            var entry = EventHistory.OfSlot(eventId, slotId, "cancelled") with
            {
                FromStatus = "scheduled",
                ToStatus = "cancelled",
                Reason = body.Reason,
            };
            await EventHistory.Add(tx, caller, entry, ct);
            tx.Publish(new SlotCancelled(eventId, slotId, body.Reason));
            return Slot.Of(slot);
        }, ct);

    private const string EventOf = "select event_id from ticketing.slots where org_id = @orgId and slot_id = @slotId";

    private const string Cancel = """
        update ticketing.slots
        set status = 'cancelled', version = version + 1
        where org_id = @orgId and slot_id = @slotId and status = 'scheduled'
        returning slot_id, event_id, starts_at, ends_at, zone, status, first_starts_at, version
        """;
}
