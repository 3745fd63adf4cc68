using Balie.Contracts.Ticketing;
using Balie.Ticketing.Slots;
using Npgsql;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Events;

/// <summary>
/// Gives slots other times. They stay the same slots: bookings stay, and calendars move the entry they have. A postponed event is published
/// again by it; the sale then opens as it did the first time.
/// </summary>
internal static class RescheduleEvent
{
    private const int MostSlots = 500;

    public sealed record NewSchedule(IReadOnlyList<NewTime?> Slots, string Reason)
    {
        public Refusal? Wrong()
        {
            var found = new Findings();
            found.Expect(Slots.Count > 0, "slots", "Name at least one slot.");
            found.Each("slots", Slots, MostSlots, (slot, path) => slot.Date.Check(found, path));
            found.Distinct("slots", Slots.Select(slot => slot?.SlotId ?? Guid.Empty));
            if (EventMoves.Wrong(Reason) is { } wrong) foreach (var error in wrong.Errors) found.Expect(false, error.Field, error.Message);
            return found.Refusal;
        }
    }

    public sealed record NewTime(Guid SlotId, DateTime StartsLocal, DateTime EndsLocal)
    {
        public SlotDate Date => new(StartsLocal, EndsLocal);
    }

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/events/{eventId:guid}/schedule", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<EventView>> Handle(
        Guid eventId, NewSchedule body, IfMatch ifMatch, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            if (body.Wrong() is { } wrong) return wrong;
            var edit = await EventEdits.Begin(tx, eventId, ifMatch, forCalendars: true, ct);
            if (edit.Value is not { } edited) return edit.Refusal!; // Without a value there is a refusal.
            if (edited.Status == EventStates.Postponed)
            {
                var republished = await EventMoves.Take(tx, caller, eventId, EventStates.Reschedule, body.Reason, ct);
                if (republished.Refusal is { } refusal) return refusal;
            }

            var moved = await Move(tx, edited, body, ct);
            if (moved.Value is not { } slots) return moved.Refusal!; // Without a value there is a refusal.
            foreach (var slot in slots)
            {
                var entry = EventHistory.OfSlot(eventId, slot.SlotId, "moved") with { Reason = body.Reason, Detail = slot };
                await EventHistory.Add(tx, caller, entry, ct);
            }
            tx.Publish(new EventRescheduled(eventId, body.Reason, slots));
            return await EventView.Now(tx, eventId, ct);
        }, ct);

    private static async Task<Outcome<SlotMoved[]>> Move(Tx tx, EditedEvent edited, NewSchedule body, CancellationToken ct)
    {
        var times = body.Slots.OfType<NewTime>().ToArray();
        var moments = times.Select(time => LocalTimes.Moments(time.StartsLocal, time.EndsLocal, edited.Zone)).ToArray();
        try
        {
            var moved = await tx.Many<SlotMoved>(Update, new
            {
                edited.EventId,
                edited.Zone,
                ids = times.Select(time => time.SlotId).ToArray(),
                startsLocal = times.Select(time => time.StartsLocal).ToArray(),
                endsLocal = times.Select(time => time.EndsLocal).ToArray(),
                startsAt = moments.Select(moment => moment.StartsAt).ToArray(),
                endsAt = moments.Select(moment => moment.EndsAt).ToArray(),
            }, ct);
            return moved.Length == times.Length ? moved : SlotNotFound;
        }
        catch (PostgresException clash) when (clash.ConstraintName == "slots_start_unique")
        {
            return SlotExists;
        }
    }

    private const string Update = """
        update ticketing.slots
        set starts_local = time.starts_local, ends_local = time.ends_local, zone = @zone, starts_at = time.starts_at,
            ends_at = time.ends_at, first_starts_at = coalesce(slots.first_starts_at, slots.starts_at), version = slots.version + 1
        from unnest(@ids, @startsLocal::timestamp[], @endsLocal::timestamp[], @startsAt::timestamptz[], @endsAt::timestamptz[])
            as time(slot_id, starts_local, ends_local, starts_at, ends_at)
        join ticketing.slots as before on before.org_id = @orgId and before.slot_id = time.slot_id
        where slots.org_id = @orgId and slots.event_id = @eventId and slots.slot_id = time.slot_id and slots.status = 'scheduled'
        returning slots.slot_id, before.starts_at as started_at, slots.starts_at, slots.ends_at
        """;
}
