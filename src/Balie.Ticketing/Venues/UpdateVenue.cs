using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Venues;

/// <summary>
/// Corrects a venue. A new time zone holds for events to come; those that exist keep the zone their times were written in.
/// </summary>
internal static class UpdateVenue
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/venues/{venueId:guid}", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<Venue>> Handle(Guid venueId, VenueDetails body, IfMatch ifMatch, Db db, CancellationToken ct) =>
        db.Transact<Venue>(async tx =>
        {
            if (ifMatch.Problem is { } problem) return problem;
            if (body.Wrong() is { } wrong) return wrong;

            var venue = await tx.One<Venue>(Update, new
            {
                venueId,
                ifMatch.Version,
                body.Name,
                body.Street,
                body.PostalCode,
                body.City,
                body.Country,
                body.Zone,
                tx.Now,
            }, ct);
            if (venue is not null) return venue;
            return await tx.One<bool>(Exists, new { venueId }, ct) ? KernelRefusals.VersionChanged : VenueNotFound;
        }, ct);

    private const string Update = """
        update ticketing.venues
        set name = @name, street = @street, postal_code = @postalCode, city = @city, country = @country, zone = @zone,
            version = version + 1, updated_at = @now
        where org_id = @orgId and venue_id = @venueId and deleted_at is null and (@version::int is null or version = @version)
        returning venue_id as id, name, street, postal_code, city, country, zone, version
        """;

    private const string Exists = """
        select exists (select from ticketing.venues where org_id = @orgId and venue_id = @venueId and deleted_at is null)
        """;
}
