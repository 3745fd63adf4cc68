using System.Net;
using System.Text.Json;
using Balie.Contracts.Payments;
using Balie.Orders.Saga;

namespace Balie.Orders.Tests.Vouchers;

public sealed class VoucherTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    private static CancellationToken Ct => OrdersApp.Ct;

    [Fact]
    public async Task A_percentage_stops_at_its_cap()
    {
        var code = await Voucher(new { kind = "percentage", shareBasisPoints = 2_000, cap = Eur(500) });

        var small = await app.Ordered(await app.Thing(price: 1_000), vouchers: [code]);
        var large = await app.Ordered(await app.Thing(price: 10_000), vouchers: [code.ToLowerInvariant()]);

        Assert.Equal((800, 9_500), (small.Total.Amount, large.Total.Amount));
        Assert.Equal(-200, small.Lines.Single(line => line.Type == "discount").Amount.Amount);
    }

    [Fact]
    public async Task An_amount_is_never_more_than_what_it_covers()
    {
        var (covered, other) = (await app.Thing(price: 300), await app.Thing(price: 1_000));
        var code = await Voucher(new { kind = "amount", amount = Eur(500), offerIds = new[] { covered } });
        var (guest, _) = await app.Guest(covered);
        await OrdersApp.Added(guest, other);

        var cart = await Apply(guest, code);

        Assert.Equal(1_000, cart.GetProperty("total").GetProperty("amount").GetInt64());
    }

    [Fact]
    public async Task The_last_use_goes_to_one_of_twenty_at_once()
    {
        var thing = await app.Thing(stock: 100);
        var code = await Voucher(new { kind = "amount", amount = Eur(100), maxUses = 1 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.Somebody().Post("/api/v1/orders", new
        {
            acceptedTerms = true,
            lines = new[] { OrdersApp.Line(thing) },
            buyer = OrdersApp.Buyer(),
            vouchers = new[] { code },
        }, Ct)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        foreach (var answer in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created))
            await answer.IsRefused(HttpStatusCode.Conflict, "orders.voucher_used_up", Ct);
        // Whoever was refused holds nothing.
        Assert.Equal(99, await app.Free(thing));
        await app.Verify();
    }

    [Fact]
    public async Task A_use_comes_back_when_the_order_dies_and_not_twice()
    {
        var thing = await app.Thing();
        var code = await Voucher(new { kind = "amount", amount = Eur(100), maxUses = 1 });
        var order = await app.Ordered(thing, vouchers: [code]);
        app.Clock.Advance(TimeSpan.FromHours(1));
        await ExpireOrders.Run(app.SystemDb, app.Services, Ct);

        var next = await app.Ordered(thing, vouchers: [code]);
        await app.Happened(order, PaymentEvent.Captured, order.Total.Amount);

        // Paid late, and the code is somebody else's now: the price it was ordered for cannot be had any more.
        Assert.Equal(("expired", 900L), ((await app.See(order.Id)).Status, await app.Refunding(order.Id)));
        Assert.Equal("confirmed", (await app.Paid(next)).Status);
        await app.Verify();
    }

    [Fact]
    public async Task A_use_in_a_cart_is_held_for_it_and_free_when_taken_out()
    {
        var code = await Voucher(new { kind = "amount", amount = Eur(100), maxUses = 1 });
        var (first, _) = await app.Guest(await app.Thing());
        var (second, _) = await app.Guest(await app.Thing());
        await Apply(first, code);
        await Apply(first, code);

        await (await second.Post("/api/v1/cart/vouchers", new { code }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.voucher_used_up", Ct);
        await (await first.DeleteAsync($"/api/v1/cart/vouchers/{code}", Ct)).IsOk<JsonElement>(Ct);

        Assert.Equal(900, (await Apply(second, code)).GetProperty("total").GetProperty("amount").GetInt64());
    }

    [Fact]
    public async Task One_discount_fits_an_order()
    {
        var one = await Voucher(new { kind = "amount", amount = Eur(100) });
        var other = await Voucher(new { kind = "amount", amount = Eur(50) });
        var (guest, _) = await app.Guest(await app.Thing());
        await Apply(guest, one);

        await (await guest.Post("/api/v1/cart/vouchers", new { code = other }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.voucher_not_combined", Ct);
    }

    [Fact]
    public async Task A_gift_voucher_pays_a_part_and_keeps_the_rest()
    {
        var code = await Voucher(new { kind = "gift", amount = Eur(1_500) });
        var thing = await app.Thing(price: 1_000);

        var whole = await app.Ordered(thing, vouchers: [code]);
        var part = await app.Ordered(thing, vouchers: [code]);
        var paid = await app.Paid(part);

        Assert.Equal(("confirmed", "paid"), (whole.Status, whole.PaymentBadge));
        Assert.Equal((1_000, 500), (part.Total.Amount, part.Due.Amount));
        Assert.Equal(("confirmed", "paid"), (paid.Status, paid.PaymentBadge));
        Assert.Equal((1_000, 500), (
            await app.Account(whole.Id, "gift_vouchers"), await app.Account(part.Id, "gift_vouchers")));
        Assert.Equal(0, await app.Account(whole.Id, "customers"));
        await (await app.Http.Post("/api/v1/orders", new
        {
            acceptedTerms = true,
            lines = new[] { OrdersApp.Line(thing) },
            buyer = OrdersApp.Buyer(),
            vouchers = new[] { code },
        }, Ct)).IsRefused(HttpStatusCode.Conflict, "orders.voucher_useless", Ct);
        await app.Verify();
    }

    [Fact]
    public async Task A_gift_voucher_cannot_be_spent_twice_at_once()
    {
        var code = await Voucher(new { kind = "gift", amount = Eur(1_000) });
        var thing = await app.Thing(price: 1_000);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => app.Somebody().Post("/api/v1/orders", new
        {
            acceptedTerms = true,
            lines = new[] { OrdersApp.Line(thing) },
            buyer = OrdersApp.Buyer(),
            vouchers = new[] { code },
        }, Ct)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        await app.Verify();
    }

    [Fact]
    public async Task A_gift_vouchers_money_comes_back_when_the_order_dies()
    {
        var code = await Voucher(new { kind = "gift", amount = Eur(600) });
        var order = await app.Ordered(await app.Thing(price: 1_000), vouchers: [code]);
        Assert.Equal(0, await Balance(code));

        await (await app.Staff.Post($"/api/v1/orders/{order.Id}/cancel", new { }, Ct)).IsOk<JsonElement>(Ct);

        Assert.Equal(600, await Balance(code));
        await app.Happened(order, PaymentEvent.Captured, 400);
        Assert.Equal(("confirmed", 0L), ((await app.See(order.Id)).Status, await Balance(code)));
        await app.Verify();
    }

    [Fact]
    public async Task What_is_hidden_is_opened_by_its_code()
    {
        var hidden = await app.Thing(hidden: true);
        var code = await Voucher(new { kind = "unlock", offerIds = new[] { hidden } });
        var (guest, _) = await app.Guest(await app.Thing());
        await (await guest.Post("/api/v1/cart/lines", OrdersApp.Line(hidden), Ct))
            .IsRefused(HttpStatusCode.NotFound, "things.not_found", Ct);

        await Apply(guest, code);

        await OrdersApp.Added(guest, hidden);
        await app.Ordered(hidden, vouchers: [code]);
    }

    [Theory]
    [InlineData("onbekend")]
    [InlineData("")]
    [InlineData("' or 1=1")]
    public async Task A_code_that_is_not_known_is_refused(string code) =>
        await (await app.Http.Post("/api/v1/cart/vouchers", new { code }, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "orders.voucher_unknown", Ct);

    [Fact]
    public async Task A_code_is_valid_from_until_and_while_it_was_not_withdrawn()
    {
        var now = app.Clock.GetUtcNow();
        var later = await Voucher(new { kind = "amount", amount = Eur(100), validFrom = now.AddDays(1) });
        var over = await Voucher(new { kind = "amount", amount = Eur(100), validUntil = now.AddDays(-1) });
        var withdrawn = await Voucher(new { kind = "amount", amount = Eur(100) });
        var listed = await (await app.Staff.GetAsync($"/api/v1/vouchers?code={withdrawn}", Ct)).IsOk<JsonElement>(Ct);
        var gone = await app.Staff.DeleteAsync($"/api/v1/vouchers/{listed[0].GetProperty("id").GetString()}", Ct);
        Assert.Equal(HttpStatusCode.OK, gone.StatusCode);

        foreach (var code in (string[])[later, over, withdrawn])
            await (await app.Http.Post("/api/v1/cart/vouchers", new { code }, Ct))
                .IsRefused(HttpStatusCode.UnprocessableEntity, "orders.voucher_unknown", Ct);
    }

    [Fact]
    public async Task A_code_stands_once()
    {
        var code = await Voucher(new { kind = "amount", amount = Eur(100) });

        await (await app.Staff.Post("/api/v1/vouchers", new { kind = "amount", amount = Eur(100), code }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.code_taken", Ct);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_by_field()
    {
        object[] wrong =
        [
            new { kind = "miracle" }, new { kind = "percentage" }, new { kind = "percentage", shareBasisPoints = 10_001 },
            new { kind = "amount" }, new { kind = "amount", amount = Eur(0) }, new { kind = "amount", amount = Eur(1), cap = Eur(1) },
            new { kind = "unlock" }, new { kind = "gift", amount = Eur(1), maxUses = 1 },
            new { kind = "amount", amount = Eur(1), code = "ab" }, new { kind = "amount", amount = new { amount = 1, currency = "euro" } },
        ];

        foreach (var body in wrong)
            await (await app.Staff.Post("/api/v1/vouchers", body, Ct)).IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
    }

    private static object Eur(long amount) => new { amount, currency = "EUR" };

    private async Task<string> Voucher(object body) =>
        (await (await app.Staff.Post("/api/v1/vouchers", body, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct))
            .GetProperty("code").GetString() ?? "";

    private static async Task<JsonElement> Apply(HttpClient client, string code) =>
        await (await client.Post("/api/v1/cart/vouchers", new { code }, Ct)).IsOk<JsonElement>(Ct);

    private async Task<long> Balance(string code) =>
        (await (await app.Staff.GetAsync($"/api/v1/vouchers?code={code}", Ct)).IsOk<JsonElement>(Ct))[0]
            .GetProperty("balance").GetProperty("amount").GetInt64();
}
