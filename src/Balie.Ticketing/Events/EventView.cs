using System.Text.Json.Serialization;
using Balie.Ticketing.Offers;
using Balie.Ticketing.TicketTypes;

namespace Balie.Ticketing.Events;

/// <summary>An event as everyone sees it, and as every edit of it or of its parts answers. Its slots are a list of their own.</summary>
/// <param name="OrderFee">What an order of priced tickets adds once, VAT included: in <c>GET /events/{id}</c>.</param>
internal sealed record EventView(
    Guid Id, string Title, string Summary, string Description, string Language, string Status, string Zone, string Currency,
    int? PersonLimit,
    EventPlace? Venue, Guid? SeatingPlanId, IReadOnlyList<Zone> Zones, IReadOnlyList<TicketType> TicketTypes, long SlotCount,
    DateTimeOffset? FirstStartsAt, DateTimeOffset? LastEndsAt, DateTimeOffset? PublishedAt, DateTimeOffset UpdatedAt,
    int Version, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Money? OrderFee = null) : IVersioned
{
    /// <summary>The same without what is hidden from whoever asks.</summary>
    public EventView For(Audience audience) =>
        this with { TicketTypes = [.. TicketTypes.Where(type => audience.Sees(type.Hidden, type.Id))] };

    /// <summary>The same with what the organisation's policies add to its prices.</summary>
    public EventView With(Policies figures) => this with
    {
        OrderFee = ServiceFees.PerOrder(TicketTypes.Select(type => type.Price), Currency, figures),
        TicketTypes = [.. TicketTypes.Select(type => type with { Fee = ServiceFees.PerTicket(type.Price, figures) })],
    };

    private sealed record Row(
        Guid EventId, string Title, string Summary, string Description, string Language, string Status, string Zone, string Currency,
        int? PersonLimit,
        Guid? VenueId, string? VenueName, string? City, Guid? SeatingPlanId, long SlotCount, DateTimeOffset? FirstStartsAt,
        DateTimeOffset? LastEndsAt, DateTimeOffset? PublishedAt, DateTimeOffset UpdatedAt, int Version)
    {
        public EventPlace? Venue => VenueId is { } id ? new EventPlace(id, VenueName ?? "", City ?? "") : null;
    }

    /// <summary>Null when there is no such event, or only a draft and the reader may not see drafts.</summary>
    public static async Task<EventView?> Find(Sql sql, Guid eventId, bool drafts, CancellationToken ct)
    {
        var row = await sql.One<Row>(Select, new { eventId, drafts }, ct);
        if (row is null) return null;
        return new EventView(
            row.EventId, row.Title, row.Summary, row.Description, row.Language, row.Status, row.Zone, row.Currency, row.PersonLimit,
            row.Venue, row.SeatingPlanId, await ZoneRows.Of(sql, eventId, ct), await TicketTypeRows.Of(sql, eventId, ct),
            row.SlotCount, row.FirstStartsAt, row.LastEndsAt, row.PublishedAt, row.UpdatedAt, row.Version);
    }

    /// <summary>The event that the transaction has just changed.</summary>
    public static async Task<EventView> Now(Tx tx, Guid eventId, CancellationToken ct) =>
        await Find(tx, eventId, drafts: true, ct)
        ?? throw new InvalidOperationException("An event vanished under the transaction that changed it.");

    private const string Select = """
        select event.event_id, event.title, event.summary, event.description, event.language, event.status, event.zone,
            event.currency::text, event.person_limit, event.venue_id, venue.name as venue_name, venue.city, event.seating_plan_id,
            slots.slot_count, slots.first_starts_at, slots.last_ends_at, event.published_at, event.updated_at, event.version
        from ticketing.events as event
        left join ticketing.venues as venue using (org_id, venue_id)
        cross join lateral (
            select count(*) as slot_count, min(starts_at) as first_starts_at, max(ends_at) as last_ends_at
            from ticketing.slots
            where org_id = event.org_id and event_id = event.event_id and status = 'scheduled'
        ) as slots
        where event.org_id = @orgId and event.event_id = @eventId and event.deleted_at is null and (@drafts or event.status <> 'draft')
        """;
}

/// <summary>Where an event is, as far as its own page needs it.</summary>
internal sealed record EventPlace(Guid Id, string Name, string City);
