using System.Net;
using System.Text.Json;
using Balie.Tests.Tickets;

namespace Balie.Tests.Orders;

/// <summary>Another number of tickets in a cart, with the real Ticketing and Inventory: nobody loses what they have.</summary>
public sealed class ChangeLineTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;

    [Fact]
    public async Task Three_of_the_last_three_are_had_by_who_holds_two_and_one_can_be_given_back()
    {
        var show = await app.Show(capacity: 3, types: Buying.Priced);
        var (buyer, line) = await Held(show, 2);

        var three = await (await Change(buyer, line, 3)).IsOk<JsonElement>(Ct);
        await (await app.Http.Post("/api/v1/cart/lines", Buying.Line(show), Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.sold_out", Ct);
        await (await Change(buyer, line, 4)).IsRefused(HttpStatusCode.Conflict, "ticketing.sold_out", Ct);
        await (await Change(buyer, line, 2)).IsOk<JsonElement>(Ct);
        await (await app.Http.Post("/api/v1/cart/lines", Buying.Line(show), Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);

        Assert.Equal(3 * 1_090, three.GetProperty("total").GetProperty("amount").GetInt32());
        var order = await (await buyer.Post("/api/v1/orders", new { acceptedTerms = true }, Ct))
            .IsOk<Contracts.Orders.OrderView>(HttpStatusCode.Created, Ct);
        await app.Captured(order);
        await app.Deliver(Ct);
        Assert.Equal(2, (await app.As(Roles.Support).Tickets(await app.BookingOf(order))).Length);
    }

    [Fact]
    public async Task Many_tabs_and_a_crowd_never_take_a_place_that_the_line_has()
    {
        var show = await app.Show(capacity: 6, types: Buying.Priced);
        var (buyer, line) = await Held(show, 2);

        var tabs = Enumerable.Range(0, 8).Select(tab => Change(buyer, line, 2 + (tab % 3)));
        var crowd = Enumerable.Range(0, 12).Select(_ => app.Http.Post("/api/v1/cart/lines", Buying.Line(show), Ct));
        var answers = await Task.WhenAll(tabs.Concat(crowd));

        var others = answers.Skip(8).Count(answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.All(answers, answer => Assert.Contains(answer.StatusCode, (HttpStatusCode[])[
            HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.Conflict, HttpStatusCode.PreconditionFailed]));
        var mine = Quantity(await (await buyer.GetAsync("/api/v1/cart", Ct)).IsOk<JsonElement>(Ct));
        Assert.InRange(mine, 2, 4);
        Assert.Equal(mine, await Claimed(line));
        await app.UntilAvailable(show, 6 - mine - others);
    }

    [Fact]
    public async Task One_type_for_another_needs_no_free_place()
    {
        var show = await app.Show(capacity: 2, types: [new { name = "Volwassen", price = Given.Price(1_090) }, Given.FreeType("Kind")]);
        var buyer = app.As(Roles.Customer, Guid.CreateVersion7());
        var cart = await (await buyer.Post("/api/v1/cart/lines", new
        {
            kind = "tickets",
            offer = new { show.EventId, items = show.TypeIds.Select(ticketTypeId => new { ticketTypeId, quantity = 1 }) },
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);

        var swapped = await (await buyer.Patch($"/api/v1/cart/lines/{cart.GetProperty("lines")[0].Id()}", new
        {
            items = new[] { new { offerId = show.TypeIds[0], quantity = 2 }, new { offerId = show.TypeIds[1], quantity = 0 } },
        }, Ct)).IsOk<JsonElement>(Ct);

        Assert.Equal(2 * 1_090, swapped.GetProperty("total").GetProperty("amount").GetInt32());
        Assert.Equal(1, swapped.GetProperty("lines")[0].GetProperty("items").GetArrayLength());
        Assert.Equal(2, await Claimed(cart.GetProperty("lines")[0].Id()));
    }

    [Fact]
    public async Task Seats_stay_and_the_best_that_are_free_come_with_them()
    {
        var (venueId, seatingPlanId) = await app.Hall();
        var show = await app.Show(capacity: null, types: Buying.Priced, venueId: venueId, seatingPlanId: seatingPlanId);
        var (buyer, line) = await Held(show, 2);
        var before = await Seats(line);

        await (await Change(buyer, line, 4)).IsOk<JsonElement>(Ct);
        var more = await Seats(line);
        await (await Change(buyer, line, 1)).IsOk<JsonElement>(Ct);

        Assert.Equal(before, more[..2]);
        Assert.Equal(4, more.Distinct().Count());
        Assert.Equal(before[..1], await Seats(line));
        await app.UntilAvailable(show, 9);
    }

    [Fact]
    public async Task Every_limit_counts_for_all_of_it()
    {
        var show = await app.Show(
            types: [new { name = "Paar", price = Given.Price(1_090), minPerOrder = 2, maxPerOrder = 5 }], personLimit: 4);
        var (buyer, line) = await Held(show, 2);

        await (await Change(buyer, line, 6)).IsRefused(HttpStatusCode.UnprocessableEntity, "ticketing.over_limit", Ct);
        await (await Change(buyer, line, 5)).IsRefused(HttpStatusCode.UnprocessableEntity, "ticketing.over_limit", Ct);
        await (await Change(buyer, line, 1)).IsRefused(HttpStatusCode.UnprocessableEntity, "ticketing.below_minimum", Ct);

        await (await Change(buyer, line, 4)).IsOk<JsonElement>(Ct);
        await (await Change(buyer, line, 2)).IsOk<JsonElement>(Ct);
        await (await buyer.Post("/api/v1/cart/lines", Buying.Line(show, 2), Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
    }

    [Fact]
    public async Task More_at_another_price_is_a_line_of_its_own_and_less_is_always_possible()
    {
        var show = await app.Show(types: Buying.Priced);
        var (buyer, line) = await Held(show, 2);
        var organiser = app.As(Roles.Owner);
        organiser.DefaultRequestHeaders.TryAddWithoutValidation("If-Match", "*");
        await (await organiser.Put($"/api/v1/ticket-types/{show.TypeId}", new { name = "Rang 1", price = Given.Price(1_500) }, Ct))
            .IsOk<JsonElement>(Ct);

        await (await Change(buyer, line, 3)).IsRefused(HttpStatusCode.Conflict, "ticketing.price_changed", Ct);
        await (await organiser.Put($"/api/v1/events/{show.EventId}/pause", new { reason = "Even wachten." }, Ct)).IsOk<JsonElement>(Ct);
        var less = await (await Change(buyer, line, 1)).IsOk<JsonElement>(Ct);

        Assert.Equal(1_090, less.GetProperty("total").GetProperty("amount").GetInt32());
        await (await Change(buyer, line, 2)).IsRefused(HttpStatusCode.Conflict, "ticketing.price_changed", Ct);
    }

    private async Task<(HttpClient Buyer, Guid Line)> Held(Show show, int quantity)
    {
        var buyer = app.As(Roles.Customer, Guid.CreateVersion7());
        var cart = await (await buyer.Post("/api/v1/cart/lines", Buying.Line(show, quantity), Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        return (buyer, cart.GetProperty("lines")[0].Id());
    }

    private static Task<HttpResponseMessage> Change(HttpClient buyer, Guid line, int quantity) =>
        buyer.Patch($"/api/v1/cart/lines/{line}", new { quantity }, Ct);

    private static int Quantity(JsonElement cart) => cart.GetProperty("lines")[0].GetProperty("items")[0].Number("quantity");

    private Task<long> Claimed(Guid line) => app.Db.One<long>(
        "select count(*) from inventory.claims where holder = @line and expires_at >= clock_timestamp()", new { line }, Ct);

    private async Task<int[]> Seats(Guid line) =>
        [.. (await (await app.As(Roles.Support).GetAsync($"/api/v1/bookings/{line}", Ct)).IsOk<JsonElement>(Ct))
            .GetProperty("items")[0].GetProperty("seats").EnumerateArray().Select(seat => seat.Number("seat"))];
}
