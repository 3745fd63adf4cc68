using System.Net;
using Balie.Contracts.Orders;

namespace Balie.Orders.Tests.Carts;

public sealed class CartTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    private static CancellationToken Ct => OrdersApp.Ct;
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_guest_gets_a_token_with_the_first_line_and_finds_the_cart_by_it()
    {
        var (guest, first) = await app.Guest(await app.Thing(price: 1_250), quantity: 2);

        var seen = await OrdersApp.Cart(guest.GetAsync("/api/v1/cart", Ct));

        Assert.Equal(32, first.Cart?.Length);
        Assert.Equal([2_500L], seen.Lines.Select(line => line.Amount.Amount));
        Assert.Equal(new Money(2_500, "EUR"), seen.Total);
        Assert.Equal([new VatLine(900, new Money(2_294, "EUR"), new Money(206, "EUR"), new Money(2_500, "EUR"))], seen.Vat);
        Assert.Empty((await OrdersApp.Cart(app.Http.GetAsync("/api/v1/cart", Ct))).Lines);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("not-base64-!!-not-base64-!!-1234")]
    public async Task A_token_that_is_none_is_refused(string token)
    {
        var guest = app.Somebody();
        guest.DefaultRequestHeaders.Add("X-Cart", token);

        await (await guest.GetAsync("/api/v1/cart", Ct)).IsRefused(HttpStatusCode.BadRequest, "orders.cart_malformed", Ct);
    }

    [Fact]
    public async Task Two_tabs_that_add_at_once_lose_no_line()
    {
        var things = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => app.Thing()));
        var somebody = app.Somebody();

        await Task.WhenAll(things.Select(thing => OrdersApp.Added(somebody, thing)));

        Assert.Equal(8, (await OrdersApp.Cart(somebody.GetAsync("/api/v1/cart", Ct))).Lines.Count);
    }

    [Fact]
    public async Task The_same_request_twice_adds_one_line()
    {
        var (thing, key, somebody) = (await app.Thing(stock: 1), Guid.CreateVersion7(), app.Somebody());

        var first = await somebody.Post("/api/v1/cart/lines", OrdersApp.Line(thing), Ct, key);
        var again = await somebody.Post("/api/v1/cart/lines", OrdersApp.Line(thing), Ct, key);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await again.Content.ReadAsStringAsync(Ct));
        Assert.Single((await OrdersApp.Cart(somebody.GetAsync("/api/v1/cart", Ct))).Lines);
    }

    [Fact]
    public async Task What_is_put_in_later_ends_with_what_is_there()
    {
        var (guest, first) = await app.Guest(await app.Thing());
        app.Clock.Advance(FiveMinutes);

        var second = await OrdersApp.Added(guest, await app.Thing());

        Assert.Equal(first.ExpiresAt, second.ExpiresAt);
    }

    [Fact]
    public async Task The_time_is_extended_once_for_everything()
    {
        var (guest, first) = await app.Guest(await app.Thing());
        await OrdersApp.Added(guest, await app.Thing());
        app.Clock.Advance(FiveMinutes);

        var extended = await OrdersApp.Cart(guest.PostAsync("/api/v1/cart/extend", null, Ct));

        Assert.Equal(first.ExpiresAt + FiveMinutes, extended.ExpiresAt);
        Assert.True(first.MayExtend);
        Assert.False(extended.MayExtend);
        await (await guest.PostAsync("/api/v1/cart/extend", null, Ct)).IsRefused(HttpStatusCode.Conflict, "orders.already_extended", Ct);
    }

    [Fact]
    public async Task A_line_taken_out_is_free_for_others_at_once()
    {
        var thing = await app.Thing(stock: 1);
        var (guest, cart) = await app.Guest(thing);
        var other = app.Somebody();
        await (await other.Post("/api/v1/cart/lines", OrdersApp.Line(thing), Ct)).IsRefused(HttpStatusCode.Conflict, "things.sold_out", Ct);

        var left = await OrdersApp.Cart(guest.DeleteAsync($"/api/v1/cart/lines/{cart.Lines[0].Id}", Ct));

        Assert.Empty(left.Lines);
        await OrdersApp.Added(other, thing);
        await (await guest.DeleteAsync($"/api/v1/cart/lines/{cart.Lines[0].Id}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "orders.line_not_found", Ct);
    }

    [Fact]
    public async Task A_strangers_line_cannot_be_taken_out()
    {
        var (_, cart) = await app.Guest(await app.Thing());

        await (await app.Somebody().DeleteAsync($"/api/v1/cart/lines/{cart.Lines[0].Id}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "orders.line_not_found", Ct);
    }

    [Fact]
    public async Task A_price_that_changed_is_shown_beside_what_it_was()
    {
        var thing = await app.Thing(price: 1_000);
        var (guest, _) = await app.Guest(thing, quantity: 2);
        await app.Reprice(thing, 1_100);

        var line = (await OrdersApp.Cart(guest.GetAsync("/api/v1/cart", Ct))).Lines.Single();

        Assert.Equal((2_200, 2_000), (line.Amount.Amount, line.Was?.Amount));
        await (await guest.Post("/api/v1/orders", new
        {
            acceptedTerms = true,
            buyer = OrdersApp.Buyer(),
            expectedTotal = new { amount = 2_000, currency = "EUR" },
        }, Ct)).IsRefused(HttpStatusCode.Conflict, "orders.price_changed", Ct);
    }

    [Fact]
    public async Task A_line_whose_hold_ended_is_shown_and_not_counted()
    {
        var (guest, _) = await app.Guest(await app.Thing());
        app.Clock.Advance(TimeSpan.FromHours(1));

        var cart = await OrdersApp.Cart(guest.GetAsync("/api/v1/cart", Ct));

        Assert.Equal("lapsed", cart.Lines.Single().State);
        Assert.Null(cart.Total);
        await (await guest.Post("/api/v1/orders", new { acceptedTerms = true, buyer = OrdersApp.Buyer() }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.hold_ended", Ct);
    }

    [Fact]
    public async Task Another_currency_does_not_fit_and_holds_nothing()
    {
        var pounds = await app.Thing(currency: "GBP", stock: 1);
        var (guest, _) = await app.Guest(await app.Thing());

        await (await guest.Post("/api/v1/cart/lines", OrdersApp.Line(pounds), Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.mixed_currencies", Ct);

        Assert.Equal(1, await app.Free(pounds));
    }

    [Fact]
    public async Task A_kind_that_nobody_sells_is_refused() =>
        await (await app.Http.Post("/api/v1/cart/lines", new { kind = "dreams", offer = new { } }, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "orders.unknown_kind", Ct);
}
