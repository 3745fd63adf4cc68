using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Seating;

/// <summary>The seating plans of a venue, oldest first, with their size instead of their seats.</summary>
internal static class ListSeatingPlans
{
    public sealed record Line(Guid Id, Guid VenueId, string Name, long Seats, int Version);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/venues/{venueId:guid}/seating-plans", Handle).Public();

    public static async Task<Outcome<Page<Line>>> Handle(Guid venueId, Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is { } problem) return problem;
        if (!await db.One<bool>(VenueExists, new { venueId }, ct)) return VenueNotFound;

        var rows = await db.Many<Row>(Select, new { venueId, paging.After, paging.AfterId, paging.Take }, ct);
        var page = Page<Row>.Of(rows, paging, row => (row.CreatedAt, row.SeatingPlanId));
        return new Page<Line>([.. page.Rows.Select(row => row.Shown)], page.NextCursor, page.Limit);
    }

    private sealed record Row(Guid SeatingPlanId, Guid VenueId, string Name, long Seats, int Version, DateTimeOffset CreatedAt)
    {
        public Line Shown => new(SeatingPlanId, VenueId, Name, Seats, Version);
    }

    private const string VenueExists = """
        select exists (select from ticketing.venues where org_id = @orgId and venue_id = @venueId and deleted_at is null)
        """;

    private const string Select = """
        select plan.seating_plan_id, plan.venue_id, plan.name, seats.seats, plan.version, plan.created_at
        from ticketing.seating_plans as plan
        cross join lateral (
            select count(*) as seats
            from ticketing.seats
            where org_id = plan.org_id and seating_plan_id = plan.seating_plan_id
        ) as seats
        where plan.org_id = @orgId and plan.venue_id = @venueId
          and (@after::timestamptz is null or (plan.created_at, plan.seating_plan_id) > (@after, @afterId::uuid))
        order by plan.created_at, plan.seating_plan_id
        limit @take
        """;
}
