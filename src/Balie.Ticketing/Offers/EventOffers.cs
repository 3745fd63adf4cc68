using System.Collections.Frozen;

namespace Balie.Ticketing.Offers;

/// <summary>
/// What is on offer, from memory. An entry may be a moment old: whoever acts on it names its version, and the statement that acts refuses
/// another. So entries go when somebody announces a change or announcements may have been missed, and not by their age.
/// </summary>
internal sealed class EventOffers
{
    /// <summary>Payload <c>orgId:eventId</c>.</summary>
    public const string Channel = "ticketing_catalogue";

    private readonly Remembered<(Guid OrgId, Guid EventId), EventOffer?> _offers;
    private readonly SystemDb _db;

    public EventOffers(SystemDb db, Signals signals, TimeProvider clock)
    {
        _db = db;
        _offers = new(signals, clock, Channel, TryParse, key => Read(key.OrgId, key.EventId, CancellationToken.None))
        {
            MostEntries = 20_000,
            LongestAge = TimeSpan.MaxValue,
            LongestAgeUnheard = TimeSpan.MaxValue,
        };
    }

    /// <summary>Null for an event that does not exist, was deleted, or is still a draft.</summary>
    public ValueTask<EventOffer?> Find(Guid orgId, Guid eventId, CancellationToken ct) => _offers.Of((orgId, eventId), ct);

    public void Forget(Guid orgId, Guid eventId) => _offers.Forget((orgId, eventId));

    private static bool TryParse(string payload, out (Guid OrgId, Guid EventId) key)
    {
        key = default;
        return payload.Split(':') is [var org, var id] && Guid.TryParse(org, out key.OrgId) && Guid.TryParse(id, out key.EventId);
    }

    private async Task<EventOffer?> Read(Guid orgId, Guid eventId, CancellationToken ct) =>
        (await _db.Aside(orgId).Transact<EventOffer>(tx => Read(tx, eventId, ct), ct)).Value;

    private static async Task<Outcome<EventOffer>> Read(Tx tx, Guid eventId, CancellationToken ct)
    {
        // The version is read first and last: an edit in between would otherwise mix two versions into one offer.
        for (; ; )
        {
            if (await tx.One<EventRow>(SelectEvent, new { eventId }, ct) is not { } row) return TicketingRefusals.EventNotFound;
            var slots = await tx.Many<SlotRow>(SelectSlots, new { eventId }, ct);
            var pools = (await tx.Many<PoolRow>(SelectPools, new { eventId }, ct)).ToLookup(pool => pool.SlotId);
            var types = await tx.Many<TypeRow>(SelectTypes, new { eventId }, ct);
            var sections = (await tx.Many<SectionRow>(SelectSections, new { eventId }, ct))
                .ToLookup(zone => zone.ZoneId, zone => zone.Section);
            var zones = await tx.Many<ZoneRow>(SelectZones, new { eventId }, ct);
            var seats = row.SeatingPlanId is null ? [] : await tx.Many<SeatOffer>(SelectSeats, new { row.SeatingPlanId }, ct);
            if (await tx.One<int>(SelectVersion, new { eventId }, ct) != row.Version) continue;

            return new EventOffer(eventId, row.Title, row.Status, row.Version, row.Currency, row.PersonLimit, row.SeatingPlanId,
                row.Venue, [.. slots.Select(slot => Slot(slot, pools[slot.SlotId]))],
                [.. types.Select(type => Type(type, sections))],
                seats.ToFrozenDictionary(seat => seat.Seat),
                new EventDoors(row.VenueId, row.DoorsOpenMinutes, row.DoorsCloseMinutes, row.Reentries,
                    zones.ToFrozenDictionary(zone => zone.ZoneId, zone => zone.Name)));
        }
    }

    private static SlotOffer Slot(SlotRow slot, IEnumerable<PoolRow> pools) => new(
        slot.SlotId, slot.StartsAt, slot.EndsAt, slot.Zone, slot.Status == "cancelled",
        pools.Where(pool => pool.ZoneId is not null).ToFrozenDictionary(pool => pool.ZoneId.GetValueOrDefault(), pool => pool.PoolId),
        pools.Where(pool => pool.TicketTypeId is not null)
            .ToFrozenDictionary(pool => pool.TicketTypeId.GetValueOrDefault(), pool => pool.PoolId));

    private static TypeOffer Type(TypeRow type, ILookup<Guid, string> sections) => new(
        type.TicketTypeId, type.Name, new Money(type.PriceMinor, type.Currency), type.ZoneId,
        type.ZoneId is { } zoneId && sections.Contains(zoneId) ? sections[zoneId].ToFrozenSet() : null,
        type.OnSaleFrom, type.OnSaleUntil, type.MinPerOrder, type.MaxPerOrder, type.Hidden);

    private sealed record EventRow(
        string Title, string Status, int Version, string Currency, int? PersonLimit, Guid? SeatingPlanId, string Venue, Guid? VenueId,
        int? DoorsOpenMinutes, int? DoorsCloseMinutes, int? Reentries);
    private sealed record SlotRow(Guid SlotId, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string Zone, string Status);
    private sealed record PoolRow(Guid SlotId, Guid PoolId, Guid? ZoneId, Guid? TicketTypeId);
    private sealed record TypeRow(
        Guid TicketTypeId, string Name, long PriceMinor, string Currency, Guid? ZoneId, DateTimeOffset? OnSaleFrom,
        DateTimeOffset? OnSaleUntil, int MinPerOrder, int MaxPerOrder, bool Hidden);
    private sealed record ZoneRow(Guid ZoneId, string Name);
    private sealed record SectionRow(Guid ZoneId, string Section);

    private const string SelectEvent = """
        select title, status, events.version, currency, person_limit, seating_plan_id, coalesce(venues.name, '') as venue, venue_id,
            doors_open_minutes, doors_close_minutes, reentries
        from ticketing.events
        left join ticketing.venues using (org_id, venue_id)
        where events.org_id = @orgId and event_id = @eventId and events.deleted_at is null and status <> 'draft'
        """;

    private const string SelectSlots = """
        select slot_id, starts_at, ends_at, zone, status
        from ticketing.slots
        where org_id = @orgId and event_id = @eventId
        order by starts_at, slot_id
        """;

    private const string SelectPools = """
        select slot_pools.slot_id, pool_id, zone_id, ticket_type_id
        from ticketing.slot_pools
        join ticketing.slots using (org_id, slot_id)
        where slots.org_id = @orgId and slots.event_id = @eventId and kind <> 'slot'
        """;

    private const string SelectTypes = """
        select ticket_type_id, name, price_minor, currency, zone_id, on_sale_from, on_sale_until, min_per_order, max_per_order,
            hidden
        from ticketing.ticket_types
        where org_id = @orgId and event_id = @eventId and withdrawn_at is null
        order by position, ticket_type_id
        """;

    private const string SelectZones = "select zone_id, name from ticketing.zones where org_id = @orgId and event_id = @eventId";

    private const string SelectSections = """
        select zone_id, unnest(sections) as section
        from ticketing.zones
        where org_id = @orgId and event_id = @eventId
        """;

    private const string SelectSeats = """
        select seat, section, row, position, label, kind
        from ticketing.seats
        where org_id = @orgId and seating_plan_id = @seatingPlanId
        """;

    private const string SelectVersion = "select version from ticketing.events where org_id = @orgId and event_id = @eventId";
}
