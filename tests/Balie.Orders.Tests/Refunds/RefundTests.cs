using System.Net;
using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Invoices;
using Balie.Orders.Refunds;
using static Balie.Orders.Tests.Refunds.Giving;

namespace Balie.Orders.Tests.Refunds;

/// <summary>Money that staff give back: whole, in parts, by sums, and how that ends at the provider.</summary>
public sealed class RefundTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    private static CancellationToken Ct => OrdersApp.Ct;

    [Fact]
    public async Task All_of_it_reverses_the_sale_frees_the_units_and_asks_the_provider_once()
    {
        var thing = await app.Thing(price: 1_090, stock: 2);
        var order = await app.Paid(await app.Ordered(thing, quantity: 2));

        var refund = await app.Refunded(order, All());

        Assert.Equal(("decided", "requested", Eur(2_180), Eur(0)), (refund.Kind, refund.Status, refund.Amount, refund.Kept));
        Assert.Equal((2_180, 2, "gone"), (await app.Refunding(order.Id), await app.Free(thing), await app.StateOf(order)));
        foreach (var account in (string[])["customers", "revenue", "fees", "vat:900"])
            Assert.Equal(0, await app.Account(order.Id, account));
        await app.Happened(order, PaymentEvent.RefundSucceeded, 2_180, refund.Id);
        Assert.Equal("refunded", (await app.See(order.Id)).PaymentBadge);
        Assert.Equal(("succeeded", 1), ((await app.Seen(refund.Id)).Status, await app.Told("refund.succeeded", order.Id)));
        await app.Verify();
    }

    [Fact]
    public async Task The_same_request_twice_gives_back_once()
    {
        var order = await app.Paid(await app.Ordered(await app.Thing()));
        var key = Guid.NewGuid();

        var first = await app.Finance().Post($"/api/v1/orders/{order.Id}/refunds", All(), Ct, key);
        var second = await app.Finance().Post($"/api/v1/orders/{order.Id}/refunds", All(), Ct, key);

        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await second.Content.ReadAsStringAsync(Ct));
        Assert.Equal(1_000, await app.Refunding(order.Id));
    }

    [Fact]
    public async Task Two_at_once_give_back_once()
    {
        var order = await app.Paid(await app.Ordered(await app.Thing()));
        await using var rival = await app.Rival();
        await rival.Run("select from orders.orders where order_id = @Id for update", new { order.Id });

        var both = Enumerable.Range(0, 2).Select(_ => app.Finance().Post($"/api/v1/orders/{order.Id}/refunds", All(), Ct)).ToArray();
        await rival.UntilSomeoneWaits();
        await rival.Commit();

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Conflict], (await Task.WhenAll(both)).Select(one => one.StatusCode).Order());
        Assert.Equal(1_000, await app.Refunding(order.Id));
    }

    [Fact]
    public async Task Unit_by_unit_the_last_one_takes_the_rest()
    {
        var code = await Discount(100);
        var order = await app.Paid(await app.Ordered(await app.Thing(price: 333), quantity: 3, vouchers: [code]));
        Assert.Equal(899, order.Total.Amount);

        var back = new List<long>();
        foreach (var unit in await app.Units(order))
            back.Add((await app.Refunded(order, new { reason = "Een minder.", units = new[] { unit }, terms = "full" })).Amount.Amount);

        Assert.Equal([299, 300, 300], back.Order());
        Assert.Equal("gone", await app.StateOf(order));
        foreach (var account in (string[])["revenue", "fees", "vat:900"]) Assert.Equal(0, await app.Account(order.Id, account));
        await (await app.Finance().Post($"/api/v1/orders/{order.Id}/refunds", All(), Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.nothing_to_refund", Ct);
        await app.Verify();
    }

    [Fact]
    public async Task A_part_of_a_line_gives_back_the_last_units_and_leaves_the_first()
    {
        var order = await app.Paid(await app.Ordered(await app.Thing(), quantity: 3));
        var units = await app.Units(order);

        var refund = await app.Refunded(
            order, new { reason = "Twee minder.", lines = new[] { new { lineId = order.Lines[0].Id, quantity = 2 } }, terms = "full" });

        Assert.Equal(2_000, refund.Amount.Amount);
        Assert.Equal([units[0]], await app.Units(order));
        await (await app.Finance().Post($"/api/v1/orders/{order.Id}/refunds",
            new { reason = "Nog twee.", lines = new[] { new { lineId = order.Lines[0].Id, quantity = 2 } } }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.refund_too_many", Ct);
    }

    [Fact]
    public async Task A_sum_takes_nothing_back_and_has_the_vat_of_what_was_sold()
    {
        var order = await app.Paid(await app.Ordered(await app.Thing(price: 10_900)));

        var preview = await app.Previewed(order, new { reason = "Slechte plek.", amount = Eur(1_090) });
        var refund = await app.Refunded(order, new { reason = "Slechte plek.", amount = Eur(1_090) });

        Assert.Equal(new VatLine(900, Eur(1_000), Eur(90), Eur(1_090)), Assert.Single(preview.Vat));
        Assert.Equal(("sum", Eur(1_090)), (refund.Terms, refund.Amount));
        Assert.Equal("confirmed", await app.StateOf(order));
        await (await app.Finance().Post($"/api/v1/orders/{order.Id}/refunds", new { reason = "Meer.", amount = Eur(9_811) }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.refund_too_much", Ct);
        Assert.Equal(9_810, (await app.Refunded(order, All())).Amount.Amount);
        await app.Verify();
    }

    [Fact]
    public async Task What_is_not_to_come_back_stays_with_the_buyer()
    {
        var order = await app.Paid(await app.Ordered(await app.Thing()));

        await app.Refunded(order, new { reason = "Coulance.", all = true, terms = "full", restock = false });

        Assert.Equal(("confirmed", 1_000), (await app.StateOf(order), await app.Refunding(order.Id)));
        await (await app.Finance().Post($"/api/v1/orders/{order.Id}/refunds", new { reason = "Nog eens.", all = true }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.nothing_to_refund", Ct);
    }

    [Fact]
    public async Task What_a_gift_voucher_paid_goes_back_onto_it_after_the_payment()
    {
        var (code, voucherId) = await Gift(600);
        var order = await app.Paid(await app.Ordered(await app.Thing(price: 1_000), quantity: 2, vouchers: [code]));

        var first = await app.Refunded(order, new { reason = "Een.", units = (await app.Units(order))[..1], terms = "full" });
        var preview = await app.Previewed(order, All());
        var second = await app.Refunded(order, All());

        Assert.Equal((1_000, 0), (first.ToPayment.Amount, first.ToOthers.Amount));
        Assert.Equal(new RefundPreview.Share("gift_voucher", voucherId, Eur(600)), Assert.Single(preview.ToOthers));
        Assert.Equal((400, 600), (second.ToPayment.Amount, second.ToOthers.Amount));
        Assert.Equal(600, await app.Db.One<long>(
            "select balance_minor from orders.vouchers where org_id = @orgId and voucher_id = @voucherId", new { voucherId }, Ct));
        Assert.Equal(0, await app.Account(order.Id, "gift_vouchers"));
        await app.Verify();
    }

    [Fact]
    public async Task What_was_paid_at_the_desk_is_given_back_there_and_needs_no_provider()
    {
        var order = await app.Ordered(await app.Thing());
        await (await app.Staff.Put($"/api/v1/orders/{order.Id}/settlement", new { reason = "Contant." }, Ct)).IsOk<object>(Ct);

        var refund = await app.Refunded(order, All());

        Assert.Equal(("succeeded", 0, 1_000), (refund.Status, refund.ToPayment.Amount, refund.ToOthers.Amount));
        Assert.Equal((0, 0, "refunded"), (await app.Account(order.Id, "bank"), await app.Account(order.Id, "customers"),
            (await app.See(order.Id)).PaymentBadge));
        await app.Verify();
    }

    [Fact]
    public async Task One_that_failed_is_tried_again_under_another_name()
    {
        var order = await app.Paid(await app.Ordered(await app.Thing()));
        var refund = await app.Refunded(order, All());
        await app.Happened(order, PaymentEvent.RefundFailed, 1_000, refund.Id);

        var again = await (await app.Finance().Post($"/api/v1/refunds/{refund.Id}/retry", new { }, Ct))
            .IsOk<RefundView>(HttpStatusCode.Created, Ct);
        await app.Happened(order, PaymentEvent.RefundSucceeded, 1_000, again.Id);

        Assert.Equal((refund.Id, "requested"), (again.Replaces, again.Status));
        Assert.Equal(("cancelled", "succeeded"), ((await app.Seen(refund.Id)).Status, (await app.Seen(again.Id)).Status));
        Assert.Single(await Notes(order));
        await (await app.Finance().Post($"/api/v1/refunds/{again.Id}/retry", new { }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.refund_not_failed", Ct);
        await app.Verify();
    }

    [Fact]
    public async Task One_of_two_payments_has_succeeded_when_both_parts_have()
    {
        var order = await app.Paid(await app.Ordered(await app.Thing()));
        var refund = await app.Refunded(order, All());

        await app.Happened(order, PaymentEvent.RefundSucceeded, 400, refund.Id);
        var between = await app.Seen(refund.Id);
        await app.Happened(order, PaymentEvent.RefundSucceeded, 600, refund.Id);

        Assert.Equal(("requested", "succeeded"), (between.Status, (await app.Seen(refund.Id)).Status));
        await app.Happened(order, PaymentEvent.RefundReversed, 600, refund.Id);
        Assert.Equal("reversed", (await app.Seen(refund.Id)).Status);
        await app.Verify();
    }

    [Fact]
    public async Task Money_given_back_at_the_provider_by_hand_is_kept_and_not_given_again()
    {
        var order = await app.Paid(await app.Ordered(await app.Thing()));

        await app.Happened(order, PaymentEvent.RefundSucceeded, 1_000);

        var kept = Assert.Single(await (await app.Finance().GetAsync($"/api/v1/refunds?orderId={order.Id}", Ct)).IsOk<RefundView[]>(Ct));
        Assert.Equal(("by_hand", "succeeded"), (kept.Kind, kept.Status));
        await (await app.Finance().Post($"/api/v1/orders/{order.Id}/refunds", All(), Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.money_not_there", Ct);
        await app.Verify();
    }

    [Fact]
    public async Task What_was_not_paid_or_is_not_there_is_refused()
    {
        var open = await app.Ordered(await app.Thing());
        await (await app.Finance().Post($"/api/v1/orders/{open.Id}/refunds", All(), Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.not_confirmed", Ct);
        await (await app.Finance().Post($"/api/v1/orders/{Guid.NewGuid()}/refunds", All(), Ct))
            .IsRefused(HttpStatusCode.NotFound, "orders.order_not_found", Ct);

        var paid = await app.Paid(open);
        await app.Happened(paid, PaymentEvent.ChargedBack, 1_000);
        await (await app.Finance().Post($"/api/v1/orders/{paid.Id}/refunds", All(), Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.money_not_there", Ct);
    }

    private static object[] NoLine => [new { lineId = Guid.Empty }];

    public static TheoryData<object, HttpStatusCode, string> Unclear => new()
    {
        { new { reason = "", all = true }, HttpStatusCode.UnprocessableEntity, "orders.reason_required" },
        { new { reason = "x" }, HttpStatusCode.UnprocessableEntity, "orders.refund_unclear" },
        { new { reason = "x", all = true, amount = Eur(1) }, HttpStatusCode.UnprocessableEntity, "orders.refund_unclear" },
        { new { reason = "x", amount = Eur(0) }, HttpStatusCode.UnprocessableEntity, "orders.refund_unclear" },
        { new { reason = "x", amount = new Money(1, "USD") }, HttpStatusCode.Conflict, "orders.mixed_currencies" },
        { new { reason = "x", units = Array.Empty<Guid>() }, HttpStatusCode.UnprocessableEntity, "orders.refund_unclear" },
        { new { reason = "x", units = new[] { Guid.Empty } }, HttpStatusCode.UnprocessableEntity, "orders.not_in_this_order" },
        { new { reason = "x", lines = NoLine }, HttpStatusCode.UnprocessableEntity, "orders.not_in_this_order" },
        { new { reason = "x", all = true, terms = "free" }, HttpStatusCode.UnprocessableEntity, "orders.refund_unclear" },
    };

    [Theory]
    [MemberData(nameof(Unclear))]
    public async Task A_wish_that_is_unclear_is_refused(object wish, HttpStatusCode status, string code)
    {
        var order = await app.Paid(await app.Ordered(await app.Thing()));

        await (await app.Finance().Post($"/api/v1/orders/{order.Id}/refunds", wish, Ct)).IsRefused(status, code, Ct);
    }

    [Fact]
    public void Only_what_the_table_knows_happens_to_a_refund() => Assert.Equal(
        [
            "failed cancelled", "failed succeeded", "proposed declined", "proposed requested", "requested failed", "requested submitted",
            "requested succeeded", "reversed cancelled", "reversed succeeded", "submitted failed", "submitted succeeded",
            "succeeded reversed",
        ],
        from before in RefundStates.All.Order()
        from after in RefundStates.All.Order()
        where RefundStates.MayBecome(before, after)
        select $"{before} {after}");

    private async Task<ListInvoices.Listed[]> Notes(OrderView order) => await (await app.Finance()
        .GetAsync($"/api/v1/invoices?series=credit_note&orderId={order.Id}", Ct)).IsOk<ListInvoices.Listed[]>(Ct);

    private async Task<string> Discount(long minor)
    {
        var code = $"KORTING-{Guid.CreateVersion7():n}"[..30].ToUpperInvariant();
        await (await app.As(Roles.Admin).Post("/api/v1/vouchers", new { code, kind = "amount", amount = Eur(minor) }, Ct))
            .IsOk<object>(HttpStatusCode.Created, Ct);
        return code;
    }

    private async Task<(string Code, Guid VoucherId)> Gift(long minor)
    {
        var code = $"BON-{Guid.CreateVersion7():n}"[..30].ToUpperInvariant();
        await (await app.As(Roles.Admin).Post("/api/v1/vouchers", new { code, kind = "gift", amount = Eur(minor) }, Ct))
            .IsOk<object>(HttpStatusCode.Created, Ct);
        return (code, await app.Db.One<Guid>(
            "select voucher_id from orders.vouchers where org_id = @orgId and code = @code", new { code }, Ct));
    }
}
