using System.Globalization;
using System.Text;

namespace Balie.Ticketing.Events;

/// <summary>
/// The agenda: what takes place, by its next slot in the period asked for, or by its first slot when no period is given. Visitors see what
/// was published; those who may read drafts see those too.
/// </summary>
internal static class ListEvents
{
    private const int LongestSearch = 100;
    private const int MostWords = 10;

    // Events without a slot come last, and a cursor needs a moment for them too.
    private static readonly DateTimeOffset NoSlot = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public sealed record Line(
        Guid Id, string Title, string Summary, string Status, string Language, string Zone, EventPlace? Venue, DateTimeOffset? StartsAt,
        Money? PriceFrom, int Version);

    public sealed record Filter(
        string? Search = null, DateTimeOffset? From = null, DateTimeOffset? To = null, Guid? Venue = null, string? Status = null)
    {
        public Refusal? Wrong()
        {
            var found = new Findings();
            found.Text("search", Search ?? "", LongestSearch);
            var isStatus = Status is null || EventStates.All.Contains(Status);
            found.Expect(isStatus, "status", $"Must be one of {string.Join(", ", EventStates.All.Order())}.");
            found.Expect(From is not { } from || To is not { } to || from < to, "to", "Must be after from.");
            return found.Refusal;
        }
    }

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/events", (
        string? search, DateTimeOffset? from, DateTimeOffset? to, Guid? venue, string? status, Paging paging, Caller caller, Db db,
        CancellationToken ct) =>
        Handle(new Filter(search, from, to, venue, status), paging, caller, db, ct)).Public();

    public static async Task<Outcome<Page<Line>>> Handle(Filter filter, Paging paging, Caller caller, Db db, CancellationToken ct)
    {
        if (paging.Problem is { } problem) return problem;
        if (filter.Wrong() is { } wrong) return wrong;

        var rows = await db.Many<Row>(Select, new
        {
            filter.Search,
            filter.From,
            filter.To,
            filter.Venue,
            filter.Status,
            beginnings = Beginnings(filter.Search ?? ""),
            drafts = caller.May(Permission.EventsRead),
            NoSlot,
            paging.After,
            paging.AfterId,
            paging.Take,
        }, ct);
        var page = Page<Row>.Of(rows, paging, row => (row.StartsAt, row.EventId));
        return new Page<Line>([.. page.Rows.Select(row => row.Shown)], page.NextCursor, page.Limit);
    }

    /// <summary>
    /// Every word as the beginning of one: <c>jazz fest</c> is <c>jazz:* &amp; fest:*</c>. Nothing else reaches the query language.
    /// </summary>
    private static string Beginnings(string search)
    {
        var letters = new StringBuilder(search.Length);
        foreach (var rune in search.EnumerateRunes()) letters.Append(Rune.IsLetterOrDigit(rune) ? rune.ToString() : " ");
        var words = letters.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(MostWords);
        return string.Join(" & ", words.Select(word => string.Create(CultureInfo.InvariantCulture, $"{word}:*")));
    }

    private sealed record Row(
        Guid EventId, string Title, string Summary, string Status, string Language, string Zone, Guid? VenueId, string? VenueName,
        string? City, DateTimeOffset StartsAt, long? PriceFrom, string Currency, int Version)
    {
        public Line Shown => new(
            EventId, Title, Summary, Status, Language, Zone, VenueId is { } id ? new EventPlace(id, VenueName ?? "", City ?? "") : null,
            StartsAt == NoSlot ? null : StartsAt, PriceFrom is { } minor ? new Money(minor, Currency) : null, Version);
    }

    // Row security keeps text search from using an index of its own, so it reads what the organisation's own index finds: its live events.
    private const string Select = """
        select event.event_id, event.title, event.summary, event.status, event.language, event.zone, event.venue_id,
            venue.name as venue_name, venue.city, coalesce(slots.starts_at, @noSlot) as starts_at,
            (select min(price_minor)
             from ticketing.ticket_types
             where org_id = event.org_id and event_id = event.event_id and withdrawn_at is null and (@drafts or not hidden)) as price_from,
            event.currency::text, event.version
        from ticketing.events as event
        left join ticketing.venues as venue using (org_id, venue_id)
        cross join lateral (
            select min(starts_at) as starts_at
            from ticketing.slots
            where org_id = event.org_id and event_id = event.event_id and status = 'scheduled'
              and (@from::timestamptz is null or ends_at > @from) and (@to::timestamptz is null or starts_at < @to)
        ) as slots
        where event.org_id = @orgId and event.deleted_at is null and (@drafts or event.status <> 'draft')
          and (@status::text is null or event.status = @status)
          and (@venue::uuid is null or event.venue_id = @venue)
          and ((@from::timestamptz is null and @to::timestamptz is null) or slots.starts_at is not null)
          and (@search::text is null
              or event.search @@ websearch_to_tsquery('dutch', @search)
              or (event.search || coalesce(venue.search, ''::tsvector)) @@ to_tsquery('simple', ticketing.fold(@beginnings)))
          and (@after::timestamptz is null or (coalesce(slots.starts_at, @noSlot), event.event_id) > (@after, @afterId::uuid))
        order by coalesce(slots.starts_at, @noSlot), event.event_id
        limit @take
        """;
}
