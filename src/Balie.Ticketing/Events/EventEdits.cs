using Balie.Ticketing.Offers;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Events;

/// <summary>What an edit needs to know of its event. The version is the new one.</summary>
internal sealed record EditedEvent(
    Guid EventId, string Status, Guid? VenueId, Guid? SeatingPlanId, string Zone, string Currency, DateTimeOffset? SaleOpenedAt,
    int Version);

/// <summary>
/// How every change to an event begins, be it to the event itself or to a slot, zone or ticket type of it. It locks the event, so that
/// edits come one after another, and raises its version, which is what a booking under way compares before it commits.
/// </summary>
internal static class EventEdits
{
    /// <param name="ifMatch">The version that the caller started from; null where the change itself decides whether it still fits.</param>
    /// <param name="forCalendars">Changes what stands in people's calendars.</param>
    public static async Task<Outcome<EditedEvent>> Begin(Tx tx, Guid eventId, IfMatch? ifMatch, bool forCalendars, CancellationToken ct)
    {
        if (ifMatch?.Problem is { } problem) return problem;
        var found = await tx.One<EditedEvent>(Lock, new { eventId }, ct);
        if (found is null) return EventNotFound;
        if (ifMatch is not null && !ifMatch.Matches(found.Version)) return KernelRefusals.VersionChanged;
        if (!EventStates.IsOpen(found.Status)) return EventClosed;

        await tx.Run(Raise, new { eventId, tx.Now, raise = forCalendars ? 1 : 0 }, ct);
        await Announce(tx, eventId, ct);
        return found with { Version = found.Version + 1 };
    }

    /// <summary>Tells every process that keeps the event in memory; arrives when the transaction commits, in this process too.</summary>
    public static Task Announce(Tx tx, Guid eventId, CancellationToken ct) =>
        tx.Run(Signals.Send, new { channel = EventOffers.Channel, payload = $"{tx.OrgId}:{eventId}" }, ct);

    private const string Lock = """
        select event_id, status, venue_id, seating_plan_id, zone, currency, sale_opened_at, version
        from ticketing.events
        where org_id = @orgId and event_id = @eventId and deleted_at is null
        for update
        """;

    private const string Raise = """
        update ticketing.events
        set version = version + 1, sequence = sequence + @raise, updated_at = @now
        where org_id = @orgId and event_id = @eventId
        """;
}
