namespace Balie.Ticketing.Venues;

/// <summary>Adds a place where events happen.</summary>
internal static class CreateVenue
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/venues", Handle).Needs(Permission.EventsWrite).Creates();

    public static Task<Outcome<Venue>> Handle(VenueDetails body, Db db, CancellationToken ct) => db.Transact<Venue>(async tx =>
    {
        if (body.Wrong() is { } wrong) return wrong;

        var venue = new Venue(tx.NewId(), body.Name, body.Street, body.PostalCode, body.City, body.Country, body.Zone, 1);
        await tx.Run(Insert, new { venue.Id, body.Name, body.Street, body.PostalCode, body.City, body.Country, body.Zone, tx.Now }, ct);
        return venue;
    }, ct);

    private const string Insert = """
        insert into ticketing.venues (org_id, venue_id, name, street, postal_code, city, country, zone, created_at, updated_at)
        values (@orgId, @id, @name, @street, @postalCode, @city, @country, @zone, @now, @now)
        """;
}
