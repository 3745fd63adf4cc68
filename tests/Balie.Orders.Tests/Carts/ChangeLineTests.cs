using System.Net;

namespace Balie.Orders.Tests.Carts;

public sealed class ChangeLineTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    private static CancellationToken Ct => OrdersApp.Ct;

    [Theory]
    [InlineData(5)]
    [InlineData(1)]
    public async Task Another_quantity_is_held_and_priced_on_the_same_line_until_the_same_moment(int quantity)
    {
        var thing = await app.Thing(price: 1_250, stock: 5);
        var (guest, cart) = await app.Guest(thing, quantity: 2);
        app.Clock.Advance(TimeSpan.FromMinutes(5));

        var changed = await OrdersApp.Cart(Change(guest, cart.Lines[0].Id, new { quantity }));

        Assert.Equal((cart.Lines[0].Id, 1_250L * quantity), (changed.Lines[0].Id, changed.Total?.Amount ?? 0));
        Assert.Null(changed.Lines[0].Was);
        Assert.Equal(cart.ExpiresAt, changed.ExpiresAt);
        Assert.Equal(5 - quantity, await app.Free(thing));
    }

    [Fact]
    public async Task What_is_not_left_is_refused_and_the_line_stays()
    {
        var thing = await app.Thing(stock: 3);
        var (guest, cart) = await app.Guest(thing, quantity: 2);

        await (await Change(guest, cart.Lines[0].Id, new { quantity = 4 })).IsRefused(HttpStatusCode.Conflict, "things.sold_out", Ct);

        var line = (await OrdersApp.Cart(guest.GetAsync("/api/v1/cart", Ct))).Lines.Single();
        Assert.Equal(("held", 2), (line.State, line.Items[0].Quantity));
        Assert.Equal(1, await app.Free(thing));
    }

    [Fact]
    public async Task An_item_can_be_named()
    {
        var thing = await app.Thing();
        var (guest, cart) = await app.Guest(thing);

        var change = new { items = new[] { new { offerId = thing, quantity = 3 } } };
        var changed = await OrdersApp.Cart(Change(guest, cart.Lines[0].Id, change));

        Assert.Equal(3, changed.Lines[0].Items[0].Quantity);
    }

    [Fact]
    public async Task A_change_that_says_nothing_sensible_is_refused()
    {
        var thing = await app.Thing();
        var (guest, cart) = await app.Guest(thing);
        var stranger = new { offerId = Guid.CreateVersion7(), quantity = 1 };
        var own = new { offerId = thing, quantity = 1 };

        foreach (var nonsense in (object[])[
            new { }, new { quantity = 0 }, new { quantity = -1 }, new { quantity = 1_001 }, new { items = Array.Empty<object>() },
            new { items = new[] { stranger } }, new { items = new[] { own, own } }, new { quantity = 1, items = new[] { own } },
            new { seats = new[] { 1 } }, new { quantity = 1, seats = new[] { 1, 2 } }, new { seats = new[] { 1 }, items = new[] { own } }])
        {
            await (await Change(guest, cart.Lines[0].Id, nonsense))
                .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
        }
    }

    [Fact]
    public async Task A_strangers_line_cannot_be_changed()
    {
        var (_, cart) = await app.Guest(await app.Thing());

        await (await Change(app.Somebody(), cart.Lines[0].Id, new { quantity = 2 }))
            .IsRefused(HttpStatusCode.NotFound, "orders.line_not_found", Ct);
    }

    [Fact]
    public async Task A_line_that_lapsed_or_was_ordered_cannot_be_changed()
    {
        var (late, lapsed) = await app.Guest(await app.Thing());
        app.Clock.Advance(TimeSpan.FromHours(1));
        var (guest, ordered) = await app.Guest(await app.Thing());
        Assert.Equal(HttpStatusCode.Created,
            (await guest.Post("/api/v1/orders", new { acceptedTerms = true, buyer = OrdersApp.Buyer() }, Ct)).StatusCode);

        await (await Change(late, lapsed.Lines[0].Id, new { quantity = 2 })).IsRefused(HttpStatusCode.Conflict, "orders.hold_ended", Ct);
        await (await Change(guest, ordered.Lines[0].Id, new { quantity = 2 }))
            .IsRefused(HttpStatusCode.NotFound, "orders.line_not_found", Ct);
    }

    [Fact]
    public async Task Of_two_tabs_the_later_one_counts()
    {
        var thing = await app.Thing(stock: 10);
        var (guest, cart) = await app.Guest(thing);

        var answers = await Task.WhenAll(Enumerable.Range(2, 6).Select(quantity => Change(guest, cart.Lines[0].Id, new { quantity })));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        var line = (await OrdersApp.Cart(guest.GetAsync("/api/v1/cart", Ct))).Lines.Single();
        Assert.Equal(10 - line.Items[0].Quantity, await app.Free(thing));
        Assert.Null(line.Was);
    }

    private static Task<HttpResponseMessage> Change(HttpClient client, Guid lineId, object change) =>
        client.Patch($"/api/v1/cart/lines/{lineId}", change, Ct);
}
