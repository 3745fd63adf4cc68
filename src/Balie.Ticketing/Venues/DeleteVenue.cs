using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Venues;

/// <summary>Takes a venue from the lists. Refused while an event is to take place there; past ones keep their address.</summary>
internal static class DeleteVenue
{
    public static void Map(IEndpointRouteBuilder api) => api.MapDelete("/venues/{venueId:guid}", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<Done>> Handle(Guid venueId, Db db, CancellationToken ct) => db.Transact<Done>(async tx =>
    {
        // An event that is about to take this venue holds a share lock on it, so this waits and then sees the event.
        if (await tx.One<Guid>(Lock, new { venueId }, ct) == Guid.Empty) return VenueNotFound;
        if (await tx.One<bool>(IsUsed, new { venueId }, ct)) return VenueInUse;

        await tx.Run(Delete, new { venueId, tx.Now }, ct);
        return new Done("The venue is deleted.");
    }, ct);

    private const string Lock = """
        select venue_id from ticketing.venues where org_id = @orgId and venue_id = @venueId and deleted_at is null for update
        """;

    private const string IsUsed = """
        select exists (
            select from ticketing.events
            where org_id = @orgId and venue_id = @venueId and deleted_at is null and status not in ('completed', 'cancelled'))
        """;

    private const string Delete = """
        update ticketing.venues
        set deleted_at = @now, version = version + 1
        where org_id = @orgId and venue_id = @venueId
        """;
}
