using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Events;

/// <summary>Takes a step of <see cref="EventStates"/>: decides, acts and writes the history. The slices add what is their own.</summary>
internal static class EventMoves
{
    public const int LongestReason = 500;

    public sealed record Moved(string FromStatus, int Version);

    public static async Task<Outcome<Moved>> Take(Tx tx, Caller caller, Guid eventId, EventStep step, string reason, CancellationToken ct)
    {
        var raise = step.ForCalendars ? 1 : 0;
        var moved = await tx.One<Moved>(Move, new { eventId, from = step.From, to = step.To, tx.Now, raise }, ct);
        if (moved is null)
            return await tx.One<string>(StatusOf, new { eventId }, ct) is { } status ? NotFrom(status, step) : EventNotFound;

        var entry = EventHistory.OfEvent(eventId, step.Action) with { FromStatus = moved.FromStatus, ToStatus = step.To, Reason = reason };
        await EventHistory.Add(tx, caller, entry, ct);
        await EventEdits.Announce(tx, eventId, ct);
        return moved;
    }

    /// <summary>A step that does what was announced to people wants a reason that they can be told.</summary>
    public static Refusal? Wrong(string reason)
    {
        var found = new Findings();
        if (found.Expect(!string.IsNullOrWhiteSpace(reason), "reason", "Say why, in words for visitors."))
            found.Text("reason", reason, LongestReason);
        return found.Refusal;
    }

    // The inner row lock makes the status that is compared the newest one, so of two organisers only one takes the step.
    private const string Move = """
        update ticketing.events
        set status = @to,
            version = events.version + 1,
            sequence = events.sequence + @raise,
            updated_at = @now,
            published_at = case when @to = 'published' then coalesce(published_at, @now) else published_at end,
            sale_opened_at = case when @to = 'on_sale' then coalesce(sale_opened_at, @now) else sale_opened_at end
        from (
            select event_id, status
            from ticketing.events
            where org_id = @orgId and event_id = @eventId and deleted_at is null
            for update
        ) as before
        where events.org_id = @orgId and events.event_id = before.event_id and before.status = any(@from)
        returning before.status as from_status, events.version
        """;

    private const string StatusOf = """
        select status
        from ticketing.events
        where org_id = @orgId and event_id = @eventId and deleted_at is null
        """;
}
