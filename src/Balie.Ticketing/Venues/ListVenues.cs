namespace Balie.Ticketing.Venues;

/// <summary>The venues of the organisation, oldest first.</summary>
internal static class ListVenues
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/venues", Handle).Public();

    public static async Task<Outcome<Page<Venue>>> Handle(Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is { } problem) return problem;
        var rows = await db.Many<Row>(Select, paging, ct);
        var page = Page<Row>.Of(rows, paging, row => (row.CreatedAt, row.VenueId));
        return new Page<Venue>([.. page.Rows.Select(row => row.Shown)], page.NextCursor, page.Limit);
    }

    private sealed record Row(
        Guid VenueId, string Name, string Street, string PostalCode, string City, string Country, string Zone, int Version,
        DateTimeOffset CreatedAt)
    {
        public Venue Shown => new(VenueId, Name, Street, PostalCode, City, Country, Zone, Version);
    }

    private const string Select = """
        select venue_id, name, street, postal_code, city, country, zone, version, created_at
        from ticketing.venues
        where org_id = @orgId and deleted_at is null
          and (@after::timestamptz is null or (created_at, venue_id) > (@after, @afterId::uuid))
        order by created_at, venue_id
        limit @take
        """;
}
