using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Venues;

/// <summary>One venue. Everyone may read where events take place.</summary>
internal static class SeeVenue
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/venues/{venueId:guid}", Handle).Public();

    public static async Task<Outcome<Venue>> Handle(Guid venueId, Db db, CancellationToken ct) =>
        await db.One<Venue>(Select, new { venueId }, ct) is { } venue ? venue : VenueNotFound;

    private const string Select = """
        select venue_id as id, name, street, postal_code, city, country, zone, version
        from ticketing.venues
        where org_id = @orgId and venue_id = @venueId and deleted_at is null
        """;
}
