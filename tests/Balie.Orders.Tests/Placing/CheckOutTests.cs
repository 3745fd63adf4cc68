using System.Net;
using Balie.Contracts.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Orders.Tests.Placing;

public sealed class CheckOutTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    private static CancellationToken Ct => OrdersApp.Ct;

    [Fact]
    public async Task A_cart_is_ordered_once_by_two_tabs_at_once()
    {
        var somebody = app.Somebody();
        await OrdersApp.Added(somebody, await app.Thing());
        await OrdersApp.Added(somebody, await app.Thing());
        var body = new { acceptedTerms = true };

        var answers = await Task.WhenAll(somebody.Post("/api/v1/orders", body, Ct), somebody.Post("/api/v1/orders", body, Ct));

        var placed = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(2, (await placed.IsOk<OrderView>(HttpStatusCode.Created, Ct)).Lines.Count);
        await answers.Single(answer => answer != placed).IsRefused(HttpStatusCode.Conflict, "orders.cart_empty", Ct);
        Assert.Empty((await OrdersApp.Cart(somebody.GetAsync("/api/v1/cart", Ct))).Lines);
    }

    [Fact]
    public async Task Impatient_clicks_make_one_order_and_hold_once()
    {
        var (thing, key) = (await app.Thing(stock: 100), Guid.CreateVersion7());
        var body = new { acceptedTerms = true, lines = new[] { OrdersApp.Line(thing) }, buyer = OrdersApp.Buyer("ongeduld@example.org") };

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => app.Http.Post("/api/v1/orders", body, Ct, key)));

        var references = new HashSet<string>();
        foreach (var answer in answers) references.Add((await answer.IsOk<OrderView>(HttpStatusCode.Created, Ct)).Reference);
        Assert.Single(references);
        Assert.Equal(99, await app.Free(thing));
    }

    [Fact]
    public async Task A_line_that_cannot_be_had_lets_the_others_go()
    {
        var (left, none) = (await app.Thing(stock: 1), await app.Thing(stock: 0));

        await (await app.Http.Post("/api/v1/orders", new
        {
            acceptedTerms = true,
            lines = new[] { OrdersApp.Line(left), OrdersApp.Line(none) },
            buyer = OrdersApp.Buyer(),
        }, Ct)).IsRefused(HttpStatusCode.Conflict, "things.sold_out", Ct);

        Assert.Equal(1, await app.Free(left));
    }

    [Fact]
    public async Task Forty_buyers_for_the_last_five_are_five_orders_and_thirty_five_refusals()
    {
        var thing = await app.Thing(stock: 5);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => app.Somebody().Post("/api/v1/orders",
            new { acceptedTerms = true, lines = new[] { OrdersApp.Line(thing) }, buyer = OrdersApp.Buyer() }, Ct)));

        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        foreach (var answer in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created))
            await answer.IsRefused(HttpStatusCode.Conflict, "things.sold_out", Ct);
    }

    [Fact]
    public async Task Whoever_ordered_enough_today_waits_until_tomorrow()
    {
        var (thing, somebody, buyer) = (await app.Thing(price: 0), app.Somebody(), OrdersApp.Buyer("veel@example.org"));
        for (var i = 0; i < 20; i++) await app.Ordered(thing, client: somebody, buyer: buyer);

        await (await somebody.Post("/api/v1/orders", new { acceptedTerms = true, lines = new[] { OrdersApp.Line(thing) }, buyer }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.too_many_orders", Ct);

        await app.Ordered(thing, client: app.Staff, buyer: buyer);
        app.Clock.Advance(TimeSpan.FromHours(25));
        await app.Ordered(thing, client: somebody, buyer: buyer);
    }

    [Fact]
    public async Task A_guest_reads_an_order_with_its_reference_and_address_and_nobody_without()
    {
        var order = await app.Ordered(await app.Thing(), buyer: OrdersApp.Buyer("Lezer@example.org"));

        var seen = await (await app.Http.GetAsync(
            $"/api/v1/orders/{order.Reference.ToLowerInvariant()}?email=lezer@example.org", Ct)).IsOk<OrderView>(Ct);

        Assert.Equal(order.Id, seen.Id);
        Assert.Equal(order.PaymentUrl, seen.PaymentUrl);
        foreach (var address in (string[])[$"{order.Reference}", $"{order.Id}", $"{order.Reference}?email=ander@example.org"])
        {
            await (await app.Http.GetAsync($"/api/v1/orders/{address}", Ct))
                .IsRefused(HttpStatusCode.NotFound, "orders.order_not_found", Ct);
        }
    }

    [Fact]
    public async Task People_list_their_own_orders_and_staff_find_any()
    {
        var somebody = app.Somebody();
        var buyer = new { name = "Wilhelmina Vrees", email = "wv@example.org" };
        var mine = await app.Ordered(await app.Thing(), client: somebody, buyer: buyer);
        await app.Ordered(await app.Thing());

        var own = await (await somebody.GetAsync("/api/v1/orders", Ct)).IsOk<OrderView[]>(Ct);

        Assert.Equal([mine.Id], own.Select(order => order.Id));
        foreach (var typed in (string[])[mine.Reference.ToLowerInvariant(), "WV@example.org", "wilhelm"])
        {
            var found = await (await app.Staff.GetAsync($"/api/v1/orders?all=true&search={typed}", Ct)).IsOk<OrderView[]>(Ct);
            Assert.Equal([mine.Id], found.Select(order => order.Id));
        }
        await (await somebody.GetAsync("/api/v1/orders?all=true", Ct)).IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
    }

    [Fact]
    public async Task Mails_are_sent_again_for_what_is_confirmed()
    {
        var somebody = app.Somebody();
        var order = await app.Ordered(await app.Thing(), client: somebody);
        await (await somebody.Post($"/api/v1/orders/{order.Id}/resend", new { }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.not_confirmed", Ct);
        await app.Paid(order);

        var answer = await somebody.Post($"/api/v1/orders/{order.Id}/resend", new { }, Ct);

        Assert.Equal((HttpStatusCode.OK, 1L), (answer.StatusCode, await app.Told("order.resend_asked", order.Id)));
    }

    [Fact]
    public async Task What_a_request_forgets_is_said()
    {
        var lines = new[] { OrdersApp.Line(await app.Thing()) };
        (object Body, string Code)[] wrong =
        [
            (new { acceptedTerms = false, lines, buyer = OrdersApp.Buyer() }, "orders.terms_not_accepted"),
            (new { acceptedTerms = true, lines }, "orders.buyer_required"),
            (new { acceptedTerms = true, lines, buyer = new { name = "", email = "a@example.org" } }, "kernel.invalid"),
            (new { acceptedTerms = true, lines, buyer = new { name = "A", email = "nergens" } }, "kernel.invalid"),
            (new { acceptedTerms = true, lines = Array.Empty<object>(), buyer = OrdersApp.Buyer() }, "kernel.invalid"),
            (new { acceptedTerms = true, lines, buyer = OrdersApp.Buyer(), vouchers = new[] { "bestaatniet" } }, "orders.voucher_unknown"),
        ];

        foreach (var (body, code) in wrong)
            await (await app.Http.Post("/api/v1/orders", body, Ct)).IsRefused(HttpStatusCode.UnprocessableEntity, code, Ct);
    }

    [Fact]
    public async Task A_hold_without_a_cart_is_placed_once_whoever_asks_again()
    {
        var cart = await OrdersApp.Added(app.Somebody(), await app.Thing());
        var orders = app.Services.GetRequiredService<IOrders>();
        var ask = new PlaceForHold("things", cart.Lines[0].Id, new Buyer(null, "Koper", "hold@example.org", "nl"), "guest");

        var placed = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => orders.PlaceForHold(TestCallers.Default, ask, Ct)));

        Assert.All(placed, order => Assert.Null(order.Refusal));
        Assert.Single(placed.Select(order => order.Value?.Id).Distinct());
        Assert.Single(await orders.See(TestCallers.Default, [placed[0].Value?.Id ?? Guid.Empty], Ct));
    }

    [Fact]
    public async Task Another_organisation_sees_no_order_and_no_voucher()
    {
        var order = await app.Ordered(await app.Thing());
        var foreign = app.As(Roles.Owner, orgId: Guid.CreateVersion7());

        await (await foreign.GetAsync($"/api/v1/orders/{order.Id}", Ct)).IsRefused(HttpStatusCode.NotFound, "orders.order_not_found", Ct);
        Assert.Empty(await (await foreign.GetAsync("/api/v1/orders?all=true", Ct)).IsOk<OrderView[]>(Ct));
    }
}
