using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.CheckIn;

/// <summary>Writes what was decided, for any number of scans in one statement: facts, where each ticket stands, its status.</summary>
internal static class CheckInRows
{
    /// <summary>Where a ticket stands after this transaction.</summary>
    /// <param name="HasNewStatus">It was never checked in before.</param>
    public sealed record Entry(
        ScanReader.Row Ticket, int Ins, int Outs, DateTimeOffset? FirstInAt, DateTimeOffset? LastInAt, string LastInBy, bool HasNewStatus,
        string Actor);

    public static Task Write(Tx tx, IReadOnlyList<Tally.Fact> facts, IReadOnlyList<Entry> entries, CancellationToken ct)
    {
        T[] All<T>(Func<Tally.Fact, T> value) => [.. facts.Select(value)];
        T[] Each<T>(Func<Entry, T> value) => [.. entries.Select(value)];
        var moved = entries.Where(entry => entry.HasNewStatus).ToArray();
        return tx.Later(Insert, new
        {
            tx.Now,
            ids = All(fact => fact.Id),
            scannerIds = All(fact => fact.Scan.Door.Caller.Identity),
            nonces = All(fact => fact.Scan.Nonce),
            nths = All(fact => (short)fact.Nth),
            deviceIds = All(fact => fact.Scan.Door.Device?.Id),
            actors = All(fact => fact.Scan.Door.Caller.Actor),
            ticketIds = All(fact => fact.Ticket?.TicketId),
            eventIds = All(fact => fact.Scan.EventId ?? fact.Ticket?.EventId),
            slotIds = All(fact => fact.Ticket?.SlotId),
            zoneIds = All(fact => fact.Ticket?.ZoneId),
            directions = All(fact => fact.Scan.Direction),
            results = All(fact => fact.Decision.Admitted ? CheckInAnswer.Admitted : CheckInAnswer.Refused),
            reasons = All(fact => fact.Decision.Reason),
            forceds = All(fact => fact.Forced),
            notes = All(fact => fact.Forced ? fact.Scan.Note : ""),
            uploadeds = All(fact => fact.Uploaded),
            counts = All(fact => fact.Counts),
            deviceTimes = All(fact => fact.Scan.DeviceTime.UtcDateTime),
            judgements = All(fact => fact.Judgement),
            serials = All(fact => fact.Scan.Ticket?.Serial ?? fact.Ticket?.Serial),
            fingerprints = All(fact => fact.Scan.Fingerprint),
            answers = All(fact => fact.Answer),
            entryIds = Each(entry => entry.Ticket.TicketId.GetValueOrDefault()),
            entryEvents = Each(entry => entry.Ticket.EventId),
            entrySlots = Each(entry => entry.Ticket.SlotId),
            entryZones = Each(entry => entry.Ticket.ZoneId),
            ins = Each(entry => entry.Ins),
            outs = Each(entry => entry.Outs),
            firsts = Each(entry => entry.FirstInAt?.UtcDateTime),
            lasts = Each(entry => entry.LastInAt?.UtcDateTime),
            lastBys = Each(entry => entry.LastInBy),
            movedIds = moved.Select(entry => entry.Ticket.TicketId.GetValueOrDefault()).ToArray(),
            movedFrom = moved.Select(entry => entry.Ticket.Status).ToArray(),
            movedBy = moved.Select(entry => entry.Actor).ToArray(),
            to = TicketStates.CheckedIn,
        }, ct);
    }

    private const string Insert = """
        with fact as (
            insert into ticketing.check_ins (
                org_id, check_in_id, scanner_id, nonce, nth, device_id, actor, ticket_id, event_id, slot_id, zone_id, direction, result,
                reason, forced, note, uploaded, counts, device_time, at, judgement, serial, fingerprint, answer)
            select
                @orgId, check_in_id, scanner_id, nonce, nth, device_id, actor, ticket_id, event_id, slot_id, zone_id, direction, result,
                reason, forced, note, uploaded, counts, device_time, @now, judgement, serial, fingerprint, answer::json
            from unnest(
                @ids, @scannerIds, @nonces, @nths, @deviceIds, @actors, @ticketIds, @eventIds, @slotIds, @zoneIds, @directions, @results,
                @reasons, @forceds, @notes, @uploadeds, @counts, @deviceTimes, @judgements, @serials, @fingerprints, @answers)
                as w (check_in_id, scanner_id, nonce, nth, device_id, actor, ticket_id, event_id, slot_id, zone_id, direction, result,
                    reason, forced, note, uploaded, counts, device_time, judgement, serial, fingerprint, answer)
        ),
        entry as (
            insert into ticketing.entries (
                org_id, ticket_id, event_id, slot_id, zone_id, ins, outs, first_in_at, last_in_at, last_in_by, updated_at)
            select @orgId, ticket_id, event_id, slot_id, zone_id, ins, outs, first_in_at, last_in_at, last_in_by, @now
            from unnest(@entryIds, @entryEvents, @entrySlots, @entryZones, @ins, @outs, @firsts, @lasts, @lastBys)
                as w (ticket_id, event_id, slot_id, zone_id, ins, outs, first_in_at, last_in_at, last_in_by)
            on conflict (org_id, ticket_id) do update
            set ins = excluded.ins, outs = excluded.outs, first_in_at = excluded.first_in_at, last_in_at = excluded.last_in_at,
                last_in_by = excluded.last_in_by, updated_at = excluded.updated_at
        ),
        moved as (
            update ticketing.tickets as ticket
            set status = @to, updated_at = @now
            from unnest(@movedIds, @movedFrom, @movedBy) as w (ticket_id, from_status, actor)
            where ticket.org_id = @orgId and ticket.ticket_id = w.ticket_id
            returning ticket.ticket_id, w.from_status, ticket.serial, w.actor
        )
        insert into ticketing.ticket_history (org_id, ticket_id, step, at, actor, action, from_status, to_status, serial)
        select @orgId, ticket_id,
            (select max(told.step) + 1 from ticketing.ticket_history as told
                where told.org_id = @orgId and told.ticket_id = moved.ticket_id),
            @now, actor, @to, from_status, @to, serial
        from moved
        """;
}
