using Balie.Contracts.Ticketing;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Events;

/// <summary>Replaces what is told about an event. Its currency never changes; its time zone and seats only while it has no slots.</summary>
internal static class UpdateEvent
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/events/{eventId:guid}", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<EventView>> Handle(
        Guid eventId, EventDetails body, IfMatch ifMatch, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            var found = new Findings();
            body.Check(found);
            if (found.Refusal is { } wrong) return wrong;
            var edit = await EventEdits.Begin(tx, eventId, ifMatch, forCalendars: true, ct);
            if (edit.Value is not { } edited) return edit.Refusal!; // Without a value there is a refusal.
            var zone = await body.SettleZone(tx, ct);
            if (zone.Refusal is { } unsettled) return unsettled;
            var moves = zone.Value != edited.Zone || body.SeatingPlanId != edited.SeatingPlanId;
            if (moves && await tx.One<bool>(HasParts, new { eventId }, ct)) return SettledBySlots;

            await tx.Run(Update, new
            {
                eventId,
                body.VenueId,
                body.SeatingPlanId,
                zone = zone.Value,
                body.Title,
                body.Summary,
                body.Description,
                body.Language,
                body.PersonLimit,
            }, ct);
            await EventHistory.Add(tx, caller, EventHistory.OfEvent(eventId, "updated") with { Detail = body }, ct);
            tx.Publish(new EventUpdated(eventId, edited.Version, "updated"));
            return await EventView.Now(tx, eventId, ct);
        }, ct);

    // Zones of a seated event name sections of its plan, so they settle the plan just as slots do.
    private const string HasParts = """
        select exists (select from ticketing.slots where org_id = @orgId and event_id = @eventId)
            or exists (select from ticketing.zones where org_id = @orgId and event_id = @eventId)
        """;

    private const string Update = """
        update ticketing.events
        set venue_id = @venueId, seating_plan_id = @seatingPlanId, zone = @zone, title = @title, summary = @summary,
            description = @description, language = @language, person_limit = @personLimit
        where org_id = @orgId and event_id = @eventId
        """;
}
