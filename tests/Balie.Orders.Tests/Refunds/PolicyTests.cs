using System.Net;
using System.Net.Http.Json;
using Balie.Contracts.Orders;
using Balie.Orders.Refunds;
using static Balie.Orders.Tests.Refunds.Giving;

namespace Balie.Orders.Tests.Refunds;

/// <summary>What buyers get back by the rules, and the second pair of eyes.</summary>
public sealed class PolicyTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    private static readonly object Tiers = new
    {
        tiers = new[]
        {
            new { untilHoursBefore = 168, shareBasisPoints = 10_000 },
            new { untilHoursBefore = 24, shareBasisPoints = 5_000 },
        },
        feesGoBack = false,
    };

    private static CancellationToken Ct => OrdersApp.Ct;

    [Theory]
    [InlineData(169, 1_001, 0)]
    [InlineData(168, 1_001, 0)]
    [InlineData(167, 501, 500)]
    [InlineData(24, 501, 500)]
    [InlineData(23, 0, 1_001)]
    [InlineData(-1, 0, 1_001)]
    public async Task How_much_depends_on_how_long_it_is_until_the_start(int hours, long back, long kept)
    {
        var (thing, order) = await Sold(price: 1_001);
        await app.Rules(Tiers, thing);
        await app.Starts(order, hours);

        var preview = await app.Previewed(order, All("policy"));

        Assert.Equal((back, kept), (preview.Amount.Amount, preview.Kept.Amount));
    }

    [Fact]
    public async Task Flat_fees_are_kept_of_every_unit_and_once_of_an_order()
    {
        var (thing, order) = await Sold(price: 1_000, quantity: 3);
        await app.Rules(new { tiers = Always, feePerUnitMinor = 100, feePerOrderMinor = 250 }, thing);
        var units = await app.Units(order);

        var first = await app.Refunded(order, new { reason = "Een.", units = units[..1] });
        var rest = await app.Refunded(order, All("policy"));

        Assert.Equal((650, 350), (first.Amount.Amount, first.Kept.Amount));
        Assert.Equal((1_800, 200), (rest.Amount.Amount, rest.Kept.Amount));
        await app.Verify();
    }

    [Fact]
    public async Task A_fee_larger_than_the_price_keeps_the_price()
    {
        var (thing, order) = await Sold(price: 80);
        await app.Rules(new { tiers = Always, feePerUnitMinor = 100 }, thing);

        await (await Ask(order, All("policy"))).IsRefused(HttpStatusCode.Conflict, "orders.nothing_to_refund", Ct);
        Assert.Equal(80, (await app.Previewed(order, All("policy"))).Kept.Amount);
    }

    [Fact]
    public async Task A_buyer_gives_back_by_reference_and_address_and_nobody_else_does()
    {
        var (thing, order) = await Sold(price: 1_000);
        await app.Rules(new { tiers = Always }, thing);

        await (await app.Http.Post($"/api/v1/orders/{order.Reference}/refund-request?email=else@example.org", All("policy"), Ct))
            .IsRefused(HttpStatusCode.NotFound, "orders.order_not_found", Ct);
        await (await app.Somebody().Post($"/api/v1/orders/{order.Id}/refund-request", All("policy"), Ct))
            .IsRefused(HttpStatusCode.NotFound, "orders.order_not_found", Ct);
        var refund = await (await Ask(order, All("policy"))).IsOk<RefundView>(HttpStatusCode.Created, Ct);

        Assert.Equal(("requested", 1_000, "guest"), (refund.Status, refund.Amount.Amount, refund.RequestedBy));
        await app.Verify();
    }

    [Fact]
    public async Task A_buyer_chooses_neither_sum_nor_terms_and_gives_nothing_back_that_was_used()
    {
        var (thing, order) = await Sold(price: 1_000, quantity: 2);
        await app.Rules(new { tiers = Always }, thing);
        var units = await app.Units(order);
        await app.Db.Run("update doubles.units set used = true where unit_id = @unit", new { unit = units[0] }, Ct);

        object[] wishes = [All("full"), new { reason = "x", amount = Eur(1) }, new { reason = "x", all = true, restock = false }];
        foreach (var wish in wishes)
            await (await Ask(order, wish)).IsRefused(HttpStatusCode.Forbidden, "orders.refund_terms_not_yours", Ct);
        await (await Ask(order, new { reason = "x", units = units[..1] })).IsRefused(HttpStatusCode.Conflict, "orders.unit_used", Ct);

        Assert.Equal(1_000, (await (await Ask(order, All("policy"))).IsOk<RefundView>(HttpStatusCode.Created, Ct)).Amount.Amount);
        Assert.Equal([units[0]], await app.Units(order));
        await app.Verify();
    }

    [Fact]
    public async Task What_is_called_off_goes_back_whole_whatever_the_rules_say()
    {
        var (thing, order) = await Sold(price: 60_000);
        await app.Rules(new { tiers = Array.Empty<object>(), feePerOrderMinor = 500 }, thing);
        await app.Db.Run("insert into doubles.called_off values (@thing)", new { thing }, Ct);

        var refund = await (await Ask(order, All("policy"))).IsOk<RefundView>(HttpStatusCode.Created, Ct);

        // Owed, not decided: nobody has to look at it twice.
        Assert.Equal(("called_off", "requested", 60_000), (refund.Kind, refund.Status, refund.Amount.Amount));
        await app.Verify();
    }

    [Fact]
    public async Task An_event_has_its_own_rules_until_it_follows_the_organisation_again()
    {
        var thing = await app.Thing();
        await app.Rules(new { tiers = Array.Empty<object>() }, thing);
        var own = await Sheet(thing);
        await app.Rules(null, thing);

        Assert.Equal((true, 0), (own.Own, own.Rules.Tiers.Count));
        Assert.Equal((false, 1), ((await Sheet(thing)).Own, (await Sheet(thing)).Rules.Tiers.Count));
    }

    [Theory]
    [InlineData(24, 5_000, 48, 1_000, "tiers[1].untilHoursBefore")]
    [InlineData(48, 5_000, 24, 6_000, "tiers[1].shareBasisPoints")]
    [InlineData(48, 5_000, -1, 5_000, "tiers[1].untilHoursBefore")]
    [InlineData(48, 10_001, 24, 5_000, "tiers[0].shareBasisPoints")]
    public async Task Rules_out_of_order_are_refused_by_name(int first, int firstShare, int second, int secondShare, string field)
    {
        RefundTier[] tiers = [new(first, firstShare), new(second, secondShare)];
        var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/refund-policy")
        {
            Content = JsonContent.Create(new { rules = new { tiers } }, options: Json.Options),
        };
        request.Headers.TryAddWithoutValidation("If-Match", "*");

        var refused = await (await app.As(Roles.Admin).SendAsync(request, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);

        Assert.Equal(field, refused.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task A_large_one_waits_for_somebody_else_and_is_set_aside_meanwhile()
    {
        var (_, order) = await Sold(price: 25_001);
        var (one, other) = (app.Finance(Guid.CreateVersion7()), app.Finance(Guid.CreateVersion7()));

        var proposed = await app.Refunded(order, All(), one);
        Assert.Equal(("proposed", 0, "confirmed"), (proposed.Status, await app.Refunding(order.Id), await app.StateOf(order)));
        await (await app.Finance().Post($"/api/v1/orders/{order.Id}/refunds", All(), Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.nothing_to_refund", Ct);
        await (await one.Post($"/api/v1/refunds/{proposed.Id}/approval", new { }, Ct))
            .IsRefused(HttpStatusCode.Forbidden, "orders.approval_by_somebody_else", Ct);
        var approved = await (await other.Post($"/api/v1/refunds/{proposed.Id}/approval", new { }, Ct)).IsOk<RefundView>(Ct);

        Assert.Equal(("requested", 25_001, "gone"), (approved.Status, await app.Refunding(order.Id), await app.StateOf(order)));
        await (await other.Post($"/api/v1/refunds/{proposed.Id}/approval", new { }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.refund_decided", Ct);
        var seen = await (await one.GetAsync($"/api/v1/refunds/{proposed.Id}", Ct)).IsOk<SeeRefund.Whole>(Ct);
        Assert.Equal([" proposed", "proposed requested"], seen.History.Select(step => $"{step.FromStatus} {step.ToStatus}"));
        await app.Verify();
    }

    [Fact]
    public async Task Many_small_ones_wait_like_a_large_one()
    {
        var (_, order) = await Sold(price: 30_000);

        var first = await app.Refunded(order, new { reason = "Coulance.", amount = Eur(24_000) });
        var second = await app.Refunded(order, new { reason = "Coulance.", amount = Eur(1_000) });
        var third = await app.Refunded(order, new { reason = "Coulance.", amount = Eur(1) });

        Assert.Equal(("requested", "requested", "proposed"), (first.Status, second.Status, third.Status));
    }

    [Fact]
    public async Task One_that_is_declined_leaves_everything_as_it_was()
    {
        var (_, order) = await Sold(price: 30_000);
        var proposed = await app.Refunded(order, All());

        var declined = await (await app.Finance(Guid.CreateVersion7())
            .Post($"/api/v1/refunds/{proposed.Id}/rejection", new { reason = "Te laat." }, Ct)).IsOk<RefundView>(Ct);

        Assert.Equal(("declined", 0, 0), (declined.Status, await app.Refunding(order.Id), await app.Account(order.Id, "vat:900") + 2_477));
        Assert.Equal("proposed", (await app.Refunded(order, All())).Status);
        await app.Verify();
    }

    [Fact]
    public async Task Only_finance_and_those_above_give_back()
    {
        var (_, order) = await Sold(price: 1_000);

        await (await app.Staff.Post($"/api/v1/orders/{order.Id}/refunds", All(), Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await app.Somebody().GetAsync("/api/v1/refunds", Ct)).IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
    }

    private static object[] Always => [new { untilHoursBefore = 0, shareBasisPoints = 10_000 }];

    private async Task<(Guid Thing, OrderView Order)> Sold(long price, int quantity = 1)
    {
        var thing = await app.Thing(price);
        return (thing, await app.Paid(await app.Ordered(thing, quantity)));
    }

    private Task<HttpResponseMessage> Ask(OrderView order, object wish) =>
        app.Http.Post($"/api/v1/orders/{order.Reference}/refund-request?email={order.Buyer.Email}", wish, Ct);

    private async Task<RefundPolicyReader.Sheet> Sheet(Guid thing) =>
        await (await app.Http.GetAsync($"/api/v1/refund-policy?eventId={thing}", Ct)).IsOk<RefundPolicyReader.Sheet>(Ct);
}
