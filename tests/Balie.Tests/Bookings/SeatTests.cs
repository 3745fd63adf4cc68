using System.Net;
using System.Text.Json;

namespace Balie.Tests.Bookings;

public sealed class SeatTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _customer = app.As(Roles.Customer);

    [Fact]
    public async Task Chosen_seats_are_mine_and_show_as_taken()
    {
        var show = await Hall();

        var booking = await (await Book(show, 2, [3, 4])).IsOk<JsonElement>(HttpStatusCode.Created, Ct);

        Assert.Equal([3, 4], booking.GetProperty("items")[0].GetProperty("seats").EnumerateArray().Select(seat => seat.Number("seat")));
        var seats = await (await app.Http.GetAsync($"/api/v1/events/{show.EventId}/slots/{show.SlotId}/seats", Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal([3, 4],
            seats.EnumerateArray().Where(seat => !seat.GetProperty("free").GetBoolean()).Select(seat => seat.Number("number")));
        Assert.Equal(18, (await app.Availability(show)).Number("available"));
    }

    [Fact]
    public async Task A_seat_goes_to_one_of_many_and_the_others_learn_which_it_was()
    {
        var show = await Hall();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Book(show, 2, [7, 8])));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created))
        {
            var problem = await refused.IsRefused(HttpStatusCode.Conflict, "ticketing.seat_taken", Ct);
            Assert.Equal([7, 8], problem.GetProperty("seats").EnumerateArray().Select(seat => seat.GetInt32()));
        }
    }

    [Fact]
    public async Task Ten_couples_who_leave_the_choice_to_us_at_once_all_sit_somewhere_else()
    {
        var show = await Hall();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Book(show, 2, null)));

        var seats = new List<int>();
        foreach (var answer in answers)
            seats.AddRange((await answer.IsOk<JsonElement>(HttpStatusCode.Created, Ct))
                .GetProperty("items")[0].GetProperty("seats").EnumerateArray().Select(seat => seat.Number("seat")));
        Assert.Equal(Enumerable.Range(1, 20), seats.Order());
        await (await Book(show, 1, null)).IsRefused(HttpStatusCode.Conflict, "ticketing.sold_out", Ct);
    }

    [Theory]
    [InlineData(2, new[] { 1 })]
    [InlineData(2, new[] { 1, 1 })]
    [InlineData(1, new[] { 21 })]
    [InlineData(1, new[] { 0 })]
    public async Task Seats_that_make_no_sense_are_refused(int quantity, int[] seats) =>
        await (await Book(await Hall(), quantity, seats)).IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);

    [Fact]
    public async Task A_ticket_type_sits_only_in_the_sections_of_its_zone()
    {
        var show = await Hall(zones: [new { name = "Voor", sections = new[] { "Parterre" } }],
            types: [new { name = "Parterre", price = Given.Price(0), zoneName = "Voor" }]);

        await (await Book(show, 1, [11])).IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
        await (await Book(show, 1, [10])).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
    }

    private Task<HttpResponseMessage> Book(Show show, int quantity, int[]? seats) =>
        _customer.Post("/api/v1/bookings",
            new { eventId = show.EventId, items = new[] { new { ticketTypeId = show.TypeId, quantity, seats } } }, Ct);

    // Two sections, one row of ten seats each.
    private async Task<Show> Hall(object[]? zones = null, object[]? types = null)
    {
        var organiser = app.As(Roles.Owner);
        var venue = await (await organiser.Post("/api/v1/venues",
            new { name = $"Zaal {Guid.NewGuid()}", city = "Utrecht", country = "NL", zone = "Europe/Amsterdam" }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var venueId = venue.GetProperty("id").GetGuid();
        var plan = await (await organiser.Post($"/api/v1/venues/{venueId}/seating-plans", new
        {
            name = "Vast",
            sections = new[]
            {
                new { name = "Parterre", rows = new[] { new { row = "1", seats = 10 } } },
                new { name = "Balkon", rows = new[] { new { row = "1", seats = 10 } } },
            },
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        return await app.Show(
            capacity: null, venueId: venueId, seatingPlanId: plan.GetProperty("id").GetGuid(), zones: zones, types: types);
    }
}
