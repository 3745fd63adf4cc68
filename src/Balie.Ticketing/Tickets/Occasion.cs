using Balie.Ticketing.Events;

namespace Balie.Ticketing.Tickets;

/// <summary>When and where a ticket is for, as it stands now.</summary>
/// <param name="EventStatus">The event's; <c>cancelled</c> also where only this slot of it was.</param>
/// <param name="Sequence">Of the event: how often it was changed in a way that calendars must hear of.</param>
internal sealed record Occasion(
    Guid SlotId, Guid EventId, string Title, string EventStatus, int Sequence, DateTimeOffset UpdatedAt, DateTimeOffset StartsAt,
    DateTimeOffset EndsAt, string Zone, string VenueName, string VenueAddress)
{
    public bool IsCalledOff => EventStatus == EventStates.Cancelled;

    public static async Task<Dictionary<Guid, Occasion>> Of(Sql sql, IEnumerable<Guid> slotIds, CancellationToken ct) =>
        (await sql.Many<Occasion>(Select, new { ids = slotIds.Distinct().ToArray() }, ct)).ToDictionary(occasion => occasion.SlotId);

    private const string Select = """
        select slot.slot_id, slot.event_id, event.title,
            case when slot.status = 'cancelled' then 'cancelled' else event.status end as event_status,
            event.sequence, event.updated_at, slot.starts_at, slot.ends_at, slot.zone, coalesce(venue.name, '') as venue_name,
            concat_ws(', ', nullif(venue.street, ''), nullif(trim(venue.postal_code || ' ' || venue.city), '')) as venue_address
        from ticketing.slots as slot
        join ticketing.events as event using (org_id, event_id)
        left join ticketing.venues as venue using (org_id, venue_id)
        where slot.org_id = @orgId and slot.slot_id = any (@ids)
        """;
}
