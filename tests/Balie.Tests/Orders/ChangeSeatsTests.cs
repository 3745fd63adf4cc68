using System.Net;
using System.Text.Json;
using Balie.Tests.Tickets;

namespace Balie.Tests.Orders;

/// <summary>Other seats for a line of a cart, in a hall of two rows of five: all that are chosen, or those that one had.</summary>
public sealed class ChangeSeatsTests(Product app) : IClassFixture<Product>
{
    private static readonly object[] TwoTypes = [new { name = "Volwassen", price = Given.Price(1_090) }, Given.FreeType("Kind")];

    private static CancellationToken Ct => Product.Ct;

    [Fact]
    public async Task Others_can_be_chosen_and_those_before_are_free()
    {
        var show = await Seated();
        var (buyer, line) = await Held(show, 1, 2);

        var moved = await (await Change(buyer, line, 2, 2, 8)).IsOk<JsonElement>(Ct);
        var (_, neighbour) = await Held(show, 1);

        Assert.Equal([2, 8], SeatsOf(moved));
        Assert.Equal(2 * 1_090, moved.GetProperty("total").GetProperty("amount").GetInt32());
        Assert.Equal([2, 8], await Claimed(line));
        Assert.Equal([1], await Claimed(neighbour));
        await app.UntilAvailable(show, 7);
        var order = await (await buyer.Post("/api/v1/orders", new { acceptedTerms = true }, Ct))
            .IsOk<Contracts.Orders.OrderView>(HttpStatusCode.Created, Ct);
        await app.Captured(order);
        await app.Deliver(Ct);
        var labels = moved.GetProperty("lines")[0].GetProperty("items")[0].GetProperty("seats").EnumerateArray();
        Assert.Equal(labels.Select(seat => seat.Text("label")),
            (await app.As(Roles.Support).Tickets(await app.BookingOf(order))).Select(ticket => ticket.Text("seat")));
    }

    [Fact]
    public async Task If_one_is_somebody_elses_none_is_taken_and_all_before_stay()
    {
        var show = await Seated();
        var (buyer, line) = await Held(show, 1, 2);
        await Held(show, 8);

        var answer = await Change(buyer, line, 3, 7, 8, 9);

        var problem = await answer.IsRefused(HttpStatusCode.Conflict, "ticketing.seat_taken", Ct);
        Assert.Equal([8], problem.GetProperty("seats").EnumerateArray().Select(seat => seat.GetInt32()));
        Assert.Equal([1, 2], SeatsOf(await Cart(buyer)));
        Assert.Equal([1, 2], await Claimed(line));
        await Held(show, 7, 9);
    }

    [Fact]
    public async Task More_and_fewer_are_chosen_the_same_way()
    {
        var show = await Seated();
        var (buyer, line) = await Held(show, 1, 2);

        var more = await (await Change(buyer, line, 3, 5, 1, 9)).IsOk<JsonElement>(Ct);
        var fewer = await (await Change(buyer, line, 1, 9)).IsOk<JsonElement>(Ct);
        var again = await (await Change(buyer, line, 1, 9)).IsOk<JsonElement>(Ct);

        Assert.Equal([5, 1, 9], SeatsOf(more));
        Assert.Equal([9], SeatsOf(fewer));
        Assert.Equal([9], SeatsOf(again));
        Assert.Equal([9], await Claimed(line));
    }

    [Fact]
    public async Task Two_items_of_a_line_may_change_places()
    {
        var show = await Seated(types: TwoTypes);
        var buyer = app.As(Roles.Customer, Guid.CreateVersion7());
        var line = await Hold(buyer, show, (show.TypeIds[0], [1, 2]), (show.TypeIds[1], [3]));

        var swapped = await (await Change(buyer, line, (show.TypeIds[0], [3, 2]), (show.TypeIds[1], [1]))).IsOk<JsonElement>(Ct);
        var child = await (await Change(buyer, line, (show.TypeIds[1], [6]))).IsOk<JsonElement>(Ct);

        Assert.Equal([3, 2], SeatsOf(swapped));
        Assert.Equal([1], SeatsOf(swapped, item: 1));
        Assert.Equal([3, 2], SeatsOf(child));
        Assert.Equal([6], SeatsOf(child, item: 1));
        Assert.Equal([2, 3, 6], await Claimed(line));
        await (await Change(buyer, line, (show.TypeIds[1], [2]))).IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
    }

    [Fact]
    public async Task Seats_that_make_no_sense_are_refused_and_the_line_stays()
    {
        var show = await Seated(types: TwoTypes);
        var buyer = app.As(Roles.Customer, Guid.CreateVersion7());
        var line = await Hold(buyer, show, (show.TypeIds[0], [1, 2]), (show.TypeIds[1], [3]));
        var standing = await app.Show(types: Buying.Priced);
        var visitor = app.As(Roles.Customer, Guid.CreateVersion7());
        var unseated = (await (await visitor.Post("/api/v1/cart/lines", Buying.Line(standing), Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct)).GetProperty("lines")[0].Id();
        object Item(int type, int quantity, params int[]? seats) => new { offerId = show.TypeIds[type], quantity, seats };

        foreach (var items in (object[][])[
            [Item(0, 2, 1)], [Item(0, 2, 4, 4)], [Item(0, 2, 4, 11)], [Item(0, 2, 0, 4)], [Item(0, 1, 4), Item(1, 2, null)]])
        {
            await (await buyer.Patch($"/api/v1/cart/lines/{line}", new { items }, Ct))
                .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
        }
        await (await Change(visitor, unseated, 1, 1)).IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);

        Assert.Equal([1, 2, 3], await Claimed(line));
    }

    [Fact]
    public async Task Of_many_who_want_one_seat_one_has_it_and_the_others_keep_theirs()
    {
        var show = await Seated();
        var buyers = new List<(HttpClient Buyer, Guid Line)>();
        for (var seat = 1; seat <= 6; seat++) buyers.Add(await Held(show, seat));

        var answers = await Task.WhenAll(buyers.Select(one => Change(one.Buyer, one.Line, 1, 10)));

        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        foreach (var (answer, seat) in answers.Zip(Enumerable.Range(1, 6)))
        {
            var won = answer.StatusCode == HttpStatusCode.OK;
            if (!won) await answer.IsRefused(HttpStatusCode.Conflict, "ticketing.seat_taken", Ct);
            Assert.Equal([won ? 10 : seat], await Claimed(buyers[seat - 1].Line));
            Assert.Equal([won ? 10 : seat], SeatsOf(await Cart(buyers[seat - 1].Buyer)));
        }
    }

    [Fact]
    public async Task While_the_sale_pauses_seats_can_be_given_back_and_not_moved()
    {
        var show = await Seated();
        var (buyer, line) = await Held(show, 1, 2);
        await (await app.As(Roles.Owner).Put($"/api/v1/events/{show.EventId}/pause", new { reason = "Even wachten." }, Ct))
            .IsOk<JsonElement>(Ct);

        await (await Change(buyer, line, 2, 2, 3)).IsRefused(HttpStatusCode.Conflict, "ticketing.not_on_sale", Ct);
        var one = await (await Change(buyer, line, 1, 2)).IsOk<JsonElement>(Ct);

        Assert.Equal([2], SeatsOf(one));
        Assert.Equal([2], await Claimed(line));
    }

    private async Task<Show> Seated(object[]? types = null)
    {
        var (venueId, seatingPlanId) = await app.Hall();
        return await app.Show(capacity: null, types: types ?? Buying.Priced, venueId: venueId, seatingPlanId: seatingPlanId);
    }

    private async Task<(HttpClient Buyer, Guid Line)> Held(Show show, params int[] seats)
    {
        var buyer = app.As(Roles.Customer, Guid.CreateVersion7());
        return (buyer, await Hold(buyer, show, (show.TypeId, seats)));
    }

    private static async Task<Guid> Hold(HttpClient buyer, Show show, params (Guid TypeId, int[] Seats)[] items)
    {
        var cart = await (await buyer.Post("/api/v1/cart/lines", new
        {
            kind = "tickets",
            offer = new
            {
                show.EventId,
                items = items.Select(item => new { ticketTypeId = item.TypeId, quantity = item.Seats.Length, seats = item.Seats }),
            },
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        return cart.GetProperty("lines")[0].Id();
    }

    private static Task<HttpResponseMessage> Change(HttpClient buyer, Guid line, int quantity, params int[] seats) =>
        buyer.Patch($"/api/v1/cart/lines/{line}", new { quantity, seats }, Ct);

    private static Task<HttpResponseMessage> Change(HttpClient buyer, Guid line, params (Guid TypeId, int[] Seats)[] items) =>
        buyer.Patch($"/api/v1/cart/lines/{line}", new
        {
            items = items.Select(item => new { offerId = item.TypeId, quantity = item.Seats.Length, seats = item.Seats }),
        }, Ct);

    private static async Task<JsonElement> Cart(HttpClient buyer) =>
        await (await buyer.GetAsync("/api/v1/cart", Ct)).IsOk<JsonElement>(Ct);

    private static IEnumerable<int> SeatsOf(JsonElement cart, int item = 0) =>
        cart.GetProperty("lines")[0].GetProperty("items")[item].GetProperty("seats").EnumerateArray().Select(seat => seat.Number("seat"));

    private async Task<IEnumerable<int>> Claimed(Guid line) => await app.Db.Many<int>("""
        select unit from inventory.claims
        where holder = @line and expires_at >= clock_timestamp()
        order by unit
        """, new { line }, Ct);
}
