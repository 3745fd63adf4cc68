using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Seating;

/// <summary>A plan with all its seats, to draw a seat map from. Everyone may look at the seats they can choose.</summary>
internal static class SeeSeatingPlan
{
    public sealed record SeatingPlan(Guid Id, Guid VenueId, string Name, IReadOnlyList<Seat> Seats, int Version) : IVersioned;

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/seating-plans/{seatingPlanId:guid}", Handle).Public();

    public static async Task<Outcome<SeatingPlan>> Handle(Guid seatingPlanId, Db db, CancellationToken ct)
    {
        var plan = await db.One<PlanRow>(SelectPlan, new { seatingPlanId }, ct);
        if (plan is null) return SeatingPlanNotFound;
        var seats = await db.Many<Seat>(SelectSeats, new { seatingPlanId }, ct);
        return new SeatingPlan(plan.SeatingPlanId, plan.VenueId, plan.Name, seats, plan.Version);
    }

    private sealed record PlanRow(Guid SeatingPlanId, Guid VenueId, string Name, int Version);

    private const string SelectPlan = """
        select seating_plan_id, venue_id, name, version
        from ticketing.seating_plans
        where org_id = @orgId and seating_plan_id = @seatingPlanId
        """;

    private const string SelectSeats = """
        select seat as unit, section, row, number, label, position, kind
        from ticketing.seats
        where org_id = @orgId and seating_plan_id = @seatingPlanId
        order by seat
        """;
}
