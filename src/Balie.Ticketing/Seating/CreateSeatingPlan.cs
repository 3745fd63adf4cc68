using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Seating;

/// <summary>
/// Draws up a venue's numbered seats. A plan never changes afterwards, because sold tickets name its seats: make another one.
/// </summary>
internal static class CreateSeatingPlan
{
    public sealed record Created(Guid Id, Guid VenueId, string Name, int Seats);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/venues/{venueId:guid}/seating-plans", Handle).Needs(Permission.EventsWrite).Creates();

    public static Task<Outcome<Created>> Handle(Guid venueId, SeatingLayout body, Db db, CancellationToken ct) =>
        db.Transact<Created>(async tx =>
        {
            if (body.Wrong() is { } wrong) return wrong;
            if (await tx.One<Guid>(HoldVenue, new { venueId }, ct) == Guid.Empty) return VenueNotFound;

            var seatingPlanId = tx.NewId();
            if (await tx.Run(InsertPlan, new { seatingPlanId, venueId, body.Name, tx.Now }, ct) == 0) return SeatingPlanNameTaken;

            var seats = body.Seats().ToArray();
            await tx.Run(InsertSeats, new
            {
                seatingPlanId,
                units = seats.Select(seat => seat.Unit).ToArray(),
                sections = seats.Select(seat => seat.Section).ToArray(),
                rows = seats.Select(seat => seat.Row).ToArray(),
                numbers = seats.Select(seat => seat.Number).ToArray(),
                labels = seats.Select(seat => seat.Label).ToArray(),
                positions = seats.Select(seat => seat.Position).ToArray(),
                kinds = seats.Select(seat => seat.Kind).ToArray(),
            }, ct);
            return new Created(seatingPlanId, venueId, body.Name, seats.Length);
        }, ct);

    private const string HoldVenue = """
        select venue_id from ticketing.venues where org_id = @orgId and venue_id = @venueId and deleted_at is null for share
        """;

    private const string InsertPlan = """
        insert into ticketing.seating_plans (org_id, seating_plan_id, venue_id, name, created_at)
        values (@orgId, @seatingPlanId, @venueId, @name, @now)
        on conflict on constraint seating_plans_name_unique do nothing
        """;

    private const string InsertSeats = """
        insert into ticketing.seats (org_id, seating_plan_id, seat, section, row, number, label, position, kind)
        select @orgId, @seatingPlanId, seat.*
        from unnest(@units, @sections, @rows, @numbers, @labels, @positions, @kinds) as seat
        """;
}
