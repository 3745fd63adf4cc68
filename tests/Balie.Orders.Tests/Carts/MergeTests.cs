using System.Net;

namespace Balie.Orders.Tests.Carts;

public sealed class MergeTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    private static CancellationToken Ct => OrdersApp.Ct;

    [Fact]
    public async Task Signing_in_brings_the_guests_lines_along_and_one_deadline_with_them()
    {
        var person = Guid.CreateVersion7();
        var (_, guest) = await app.Guest(await app.Thing());
        app.Clock.Advance(TimeSpan.FromMinutes(3));
        await OrdersApp.Added(app.Somebody(person), await app.Thing());

        var merged = await OrdersApp.Cart(Showing(guest.Cart, person).PostAsync("/api/v1/cart/merge", null, Ct));

        Assert.Equal(2, merged.Lines.Count);
        Assert.Null(merged.Cart);
        Assert.Equal(guest.ExpiresAt, merged.ExpiresAt);
        Assert.Equal(2, (await OrdersApp.Cart(app.Somebody(person).GetAsync("/api/v1/cart", Ct))).Lines.Count);
    }

    [Fact]
    public async Task A_cart_that_was_merged_is_empty_for_whoever_shows_its_token()
    {
        var (guest, cart) = await app.Guest(await app.Thing());
        await OrdersApp.Cart(Showing(cart.Cart, Guid.CreateVersion7()).PostAsync("/api/v1/cart/merge", null, Ct));

        Assert.Empty((await OrdersApp.Cart(guest.GetAsync("/api/v1/cart", Ct))).Lines);
        Assert.Empty((await OrdersApp.Cart(Showing(cart.Cart, Guid.CreateVersion7()).GetAsync("/api/v1/cart", Ct))).Lines);
    }

    [Fact]
    public async Task A_line_that_another_tab_still_adds_as_a_guest_is_not_lost()
    {
        var person = Guid.CreateVersion7();
        var (guest, cart) = await app.Guest(await app.Thing());
        await OrdersApp.Cart(Showing(cart.Cart, person).PostAsync("/api/v1/cart/merge", null, Ct));

        await OrdersApp.Added(guest, await app.Thing());

        Assert.Equal(2, (await OrdersApp.Cart(app.Somebody(person).GetAsync("/api/v1/cart", Ct))).Lines.Count);
    }

    [Fact]
    public async Task Without_a_guests_cart_there_is_nothing_to_merge() =>
        await (await app.Somebody().PostAsync("/api/v1/cart/merge", null, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.nothing_to_merge", Ct);

    private HttpClient Showing(string? token, Guid person)
    {
        var client = app.Somebody(person);
        client.DefaultRequestHeaders.Add("X-Cart", token);
        return client;
    }
}
