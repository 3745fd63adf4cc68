using Balie.Ticketing.Events;
using Microsoft.AspNetCore.Http;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Calendars;

/// <summary>
/// An event for people's calendars, one entry per slot. An entry keeps its UID whatever happens to the slot: what moves, moves there
/// too, and what is cancelled stays in the file as cancelled.
/// </summary>
internal static class SeeEventCalendar
{
    private const int MostEntries = 1_000;
    private static readonly TimeSpan KeepPast = TimeSpan.FromDays(366);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/events/{eventId:guid}/calendar.ics", Handle).Public().Produces<string>(StatusCodes.Status200OK, "text/calendar");

    public static async Task<IResult> Handle(Guid eventId, Caller caller, Db db, CancellationToken ct)
    {
        var found = await db.One<EventRow>(SelectEvent, new { eventId, drafts = caller.May(Permission.EventsRead) }, ct);
        if (found is null) return (Outcome<Done>)EventNotFound;
        var slots = await db.Many<SlotLine>(SelectSlots, new { eventId, since = db.Now - KeepPast, take = MostEntries }, ct);
        return Results.Text(CalendarFile.Write(found.Title, slots.Select(slot => Entry(found, slot))), CalendarFile.ContentType);
    }

    /// <summary>The name of a slot's entry, the same for as long as the slot exists.</summary>
    public static string Uid(Guid slotId) => $"{slotId}@slots.balie";

    private static CalendarEntry Entry(EventRow parent, SlotLine slot) => new(
        Uid(slot.SlotId), parent.Sequence, parent.UpdatedAt, slot.StartsAt, slot.EndsAt, StatusOf(parent.Status, slot.Status), parent.Title,
        parent.Summary, parent.Location);

    /// <summary>What a calendar calls it.</summary>
    public static string StatusOf(string eventStatus, string slotStatus = "") => (eventStatus, slotStatus) switch
    {
        (EventStates.Cancelled, _) or (_, "cancelled") => "CANCELLED",
        (EventStates.Draft or EventStates.Postponed, _) => "TENTATIVE",
        _ => "CONFIRMED",
    };

    private sealed record EventRow(string Title, string Summary, string Status, int Sequence, DateTimeOffset UpdatedAt, string Location);

    private sealed record SlotLine(Guid SlotId, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string Status);

    private const string SelectEvent = """
        select event.title, event.summary, event.status, event.sequence, event.updated_at,
            concat_ws(', ', nullif(venue.name, ''), nullif(venue.street, ''), nullif(trim(venue.postal_code || ' ' || venue.city), ''))
                as location
        from ticketing.events as event
        left join ticketing.venues as venue using (org_id, venue_id)
        where event.org_id = @orgId and event.event_id = @eventId and event.deleted_at is null and (@drafts or event.status <> 'draft')
        """;

    private const string SelectSlots = """
        select slot_id, starts_at, ends_at, status
        from ticketing.slots
        where org_id = @orgId and event_id = @eventId and ends_at > @since
        order by starts_at, slot_id
        limit @take
        """;
}
