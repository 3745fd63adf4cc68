using System.Net;
using Balie.Ticketing.Seating;

namespace Balie.Ticketing.Tests.Seating;

public sealed class SeatingPlanTests(CatalogueApp app) : IClassFixture<CatalogueApp>
{
    private static CancellationToken Ct => CatalogueApp.Ct;

    private static readonly object Hall = new
    {
        name = "Grote zaal",
        sections = new object[]
        {
            new
            {
                name = "Parterre",
                rows = new object[]
                {
                    new { row = "A", seats = 3, wheelchair = new[] { "1" }, companion = new[] { "2" } },
                    new { row = "B", numbers = new[] { "1", "3", "", "4", "2" } },
                },
            },
            new { name = "Balkon", rows = new object[] { new { row = "A", seats = 2 } } },
        },
    };

    [Fact]
    public async Task Seats_are_numbered_through_and_an_aisle_parts_neighbours()
    {
        var plan = await See(await Create(Hall));

        Assert.Equal(Enumerable.Range(1, 9), plan.Seats.Select(seat => seat.Unit));
        Assert.Equal(
            [
                new Seat(4, "Parterre", "B", "1", "Parterre B-1", 1, "standard"),
                new Seat(5, "Parterre", "B", "3", "Parterre B-3", 2, "standard"),
                new Seat(6, "Parterre", "B", "4", "Parterre B-4", 4, "standard"),
                new Seat(7, "Parterre", "B", "2", "Parterre B-2", 5, "standard"),
            ],
            plan.Seats.Where(seat => seat.Row == "B"));
        Assert.Equal(["wheelchair", "companion", "standard"], plan.Seats.Take(3).Select(seat => seat.Kind));
    }

    [Fact]
    public async Task The_plan_decides_how_many_places_slots_and_zones_have()
    {
        var plan = await See(await Create(Hall));

        var concert = await app.Event(venueId: plan.VenueId, seatingPlanId: plan.Id, slots: CatalogueApp.OneSlot(null),
            zones:
            [
                new { name = "Beneden", sections = new[] { "Parterre" } },
                new { name = "Boven", sections = new[] { "Balkon" }, capacity = 1 },
            ]);

        var slot = (await app.Slots(concert.Id)).Single();
        Assert.Equal(9, app.Inventory.CapacityOf(slot.Id));
        Assert.Equal([7, 1], concert.Zones.Select(zone => zone.Capacity));
        await (await app.Organiser.Put($"/api/v1/slots/{slot.Id}/capacity", new { capacity = 5 }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.capacity_of_seats", Ct);
        await (await app.Organiser.Edit($"/api/v1/zones/{concert.Zones[0].Id}", new { name = "Beneden", capacity = 8 }, concert.Version))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
        await (await app.Organiser.Post($"/api/v1/events/{concert.Id}/zones", new { name = "Loge", sections = new[] { "Loge" } }, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
    }

    [Fact]
    public async Task A_plan_of_another_venue_does_not_fit()
    {
        var plan = await See(await Create(Hall));
        var elsewhere = await app.Venue("Elders");

        await (await app.Organiser.Post("/api/v1/events", new { title = "Concert", venueId = elsewhere.Id, seatingPlanId = plan.Id }, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
    }

    [Fact]
    public async Task A_venue_has_no_two_plans_of_one_name()
    {
        var created = await Create(Hall);

        await (await app.Organiser.Post($"/api/v1/venues/{created.VenueId}/seating-plans", Hall, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.seating_plan_name_taken", Ct);

        var lines = await (await app.Http.GetAsync($"/api/v1/venues/{created.VenueId}/seating-plans", Ct))
            .IsOk<ListSeatingPlans.Line[]>(Ct);
        Assert.Equal((created.Id, 9L), (lines.Single().Id, lines.Single().Seats));
    }

    [Theory]
    [InlineData("""{"name":"x","sections":[]}""", "sections")]
    [InlineData("""{"name":"x","sections":[null]}""", "sections[0]")]
    [InlineData("""{"name":"x","sections":[{"name":"A","rows":[]}]}""", "sections[0].rows")]
    [InlineData("""{"name":"x","sections":[{"name":"A","rows":[null]}]}""", "sections[0].rows[0]")]
    [InlineData("""{"name":"x","sections":[{"name":"A","rows":[{"row":"1"}]}]}""", "sections[0].rows[0]")]
    [InlineData("""{"name":"x","sections":[{"name":"A","rows":[{"row":"1","seats":2,"numbers":["1"]}]}]}""", "sections[0].rows[0]")]
    [InlineData("""{"name":"x","sections":[{"name":"A","rows":[{"row":"1","seats":2000000000}]}]}""", "sections[0].rows[0].seats")]
    [InlineData("""{"name":"x","sections":[{"name":"A","rows":[{"row":"1","numbers":["1","1"]}]}]}""", "sections[0].rows[0].numbers")]
    [InlineData("""{"name":"x","sections":[{"name":"A","rows":[{"row":"1","numbers":[null]}]}]}""", "sections[0].rows[0].numbers[0]")]
    [InlineData("""{"name":"x","sections":[{"name":"A","rows":[{"row":"1","numbers":[""]}]}]}""", "sections")]
    [InlineData("""{"name":"x","sections":[{"name":"A","rows":[{"row":"1","seats":2,"wheelchair":["3"]}]}]}""",
        "sections[0].rows[0].wheelchair[0]")]
    [InlineData("""{"name":"x","sections":[{"name":"A","rows":[{"row":"1","seats":2},{"row":"1","seats":2}]}]}""", "sections[0].rows")]
    [InlineData("""{"name":"x","sections":[{"name":"A","rows":[{"row":"1","seats":2}]},{"name":"A","rows":[{"row":"1","seats":2}]}]}""",
        "sections")]
    public async Task A_layout_that_makes_no_sense_is_refused_where_it_does_not(string body, string field)
    {
        var venue = await app.Venue();

        var layout = System.Text.Json.JsonElement.Parse(body);
        var problem = await (await app.Organiser.Post($"/api/v1/venues/{venue.Id}/seating-plans", layout, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);

        Assert.Equal([field], problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()));
    }

    private async Task<CreateSeatingPlan.Created> Create(object layout)
    {
        var venue = await app.Venue();
        return await (await app.Organiser.Post($"/api/v1/venues/{venue.Id}/seating-plans", layout, Ct))
            .IsOk<CreateSeatingPlan.Created>(HttpStatusCode.Created, Ct);
    }

    private async Task<SeeSeatingPlan.SeatingPlan> See(CreateSeatingPlan.Created created) =>
        await (await app.Http.GetAsync($"/api/v1/seating-plans/{created.Id}", Ct)).IsOk<SeeSeatingPlan.SeatingPlan>(Ct);
}
