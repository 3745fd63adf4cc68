using System.Net;
using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Contracts.Ticketing;
using Balie.Orders.Refunds.Runs;
using static Balie.Orders.Tests.Refunds.Giving;

namespace Balie.Orders.Tests.Refunds;

/// <summary>Something is called off, and everybody gets their money back by themselves.</summary>
public sealed class RunTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    private static CancellationToken Ct => OrdersApp.Ct;

    [Fact]
    public async Task Everybody_gets_back_what_they_paid_for_it_once_and_keeps_the_rest()
    {
        var (thing, other) = (await app.Thing(price: 1_500), await app.Thing(price: 700));
        var paid = await app.Paid(await app.Ordered(thing, quantity: 2));
        var open = await app.Ordered(thing);
        var half = await app.Paid(await app.Ordered(thing, quantity: 2));
        await app.Refunded(half, new { reason = "Een.", units = (await app.Units(half))[..1], terms = "full" });
        var both = await Both(thing, other);
        var elsewhere = await app.Paid(await app.Ordered(other));

        var plan = await Run(thing, dryRun: true);
        await CallOff(thing);
        await app.RunDueJobs(Ct);
        var done = await Seen(thing);
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        await app.RunDueJobs(Ct);

        Assert.Equal(("planned", 4, 3, 1, 6_000), (plan.Status, plan.Total, plan.Refunded, plan.Cancelled, plan.Amount.Amount));
        Assert.Equal(6_000, plan.Vat.Sum(rate => rate.Gross.Amount));
        Assert.Equal(("done", 4, 3, 1, 0, 6_000),
            (done.Status, done.Total, done.Refunded, done.Cancelled, done.Failed, done.Amount.Amount));
        Assert.Equal((3_000, 3_000, 1_500, 0),
            (await app.Refunding(paid.Id), await app.Refunding(half.Id), await app.Refunding(both.Id), await app.Refunding(elsewhere.Id)));
        Assert.Equal(("cancelled", "confirmed", "confirmed"),
            ((await app.See(open.Id)).Status, (await app.See(both.Id)).Status, (await app.See(paid.Id)).Status));
        Assert.Equal("confirmed,gone", await app.StateOf(both));
        await app.Verify();
    }

    [Fact]
    public async Task What_cost_nothing_is_cancelled_with_its_event()
    {
        var thing = await app.Thing(price: 0);
        var order = await app.Ordered(thing);

        await CallOff(thing);
        await app.RunDueJobs(Ct);

        Assert.Equal(("cancelled", "gone"), ((await app.See(order.Id)).Status, await app.StateOf(order)));
        Assert.Equal((1, 0), ((await Seen(thing)).Cancelled, (await Seen(thing)).Refunded));
    }

    [Fact]
    public async Task One_that_cannot_be_refunded_holds_up_nobody_and_is_tried_again()
    {
        var thing = await app.Thing();
        var (bad, good) = (await app.Paid(await app.Ordered(thing)), await app.Paid(await app.Ordered(thing)));
        await app.Happened(bad, PaymentEvent.ChargedBack, 1_000);

        await CallOff(thing);
        await app.RunDueJobs(Ct);
        var first = await Seen(thing);
        await app.Happened(bad, PaymentEvent.ChargebackReversed, 1_000);
        await (await app.Finance().Post($"/api/v1/events/{thing}/refund-run", new { }, Ct)).IsOk<RefundRunView>(Ct);
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        await app.RunDueJobs(Ct);

        Assert.Equal((1, 1), (first.Refunded, first.Failed));
        Assert.Equal(bad.Reference, Assert.Single(first.Problems).OrderReference);
        Assert.Equal((2, 0), ((await Seen(thing)).Refunded, (await Seen(thing)).Failed));
        Assert.Equal((1_000, 1_000), (await app.Refunding(good.Id), await app.Refunding(bad.Id)));
        await app.Verify();
    }

    [Fact]
    public async Task One_that_is_busy_or_confirmed_late_is_found_at_a_later_look()
    {
        var thing = await app.Thing();
        var busy = await app.Paid(await app.Ordered(thing));
        await CallOff(thing);
        await using var rival = await app.Rival();
        await rival.Run("select from orders.orders where order_id = @Id for update", new { busy.Id });

        await app.RunDueJobs(Ct);
        Assert.Equal(("running", 1), ((await Seen(thing)).Status, (await Seen(thing)).Waiting));
        await rival.Commit();
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        await app.RunDueJobs(Ct);

        Assert.Equal(("done", 1), ((await Seen(thing)).Status, (await Seen(thing)).Refunded));
    }

    [Fact]
    public async Task What_waits_for_approval_is_not_left_behind()
    {
        var thing = await app.Thing(price: 40_000);
        var order = await app.Paid(await app.Ordered(thing));
        var proposed = await app.Refunded(order, All());

        await CallOff(thing);
        await app.RunDueJobs(Ct);

        Assert.Equal(("declined", 40_000), ((await app.Seen(proposed.Id)).Status, await app.Refunding(order.Id)));
        await app.Verify();
    }

    [Fact]
    public async Task Two_processes_share_the_work_and_nobody_is_paid_twice()
    {
        var thing = await app.Thing(price: 500, stock: 1_000);
        var orders = new List<OrderView>();
        for (var i = 0; i < 50; i++) orders.Add(await app.Paid(await app.Ordered(thing)));
        await using var another = await app.StartAnother();

        await CallOff(thing);
        await Task.WhenAll(
            CarryOutRefundRuns.Run(app.SystemDb, app.Services, Ct), CarryOutRefundRuns.Run(app.SystemDb, another.Services, Ct));

        Assert.Equal((50, 25_000), ((await Seen(thing)).Refunded, (await Seen(thing)).Amount.Amount));
        foreach (var order in orders) Assert.Equal(500, await app.Refunding(order.Id));
        await app.Verify();
    }

    [Fact]
    public async Task What_takes_place_is_not_given_back_to_everybody()
    {
        var thing = await app.Thing();
        await app.Paid(await app.Ordered(thing));

        await (await app.Finance().Post($"/api/v1/events/{thing}/refund-run", new { }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.not_called_off", Ct);
        await (await app.Finance().GetAsync($"/api/v1/events/{thing}/refund-run", Ct))
            .IsRefused(HttpStatusCode.NotFound, "orders.refund_run_not_found", Ct);
    }

    private async Task<OrderView> Both(Guid thing, Guid other)
    {
        var (guest, _) = await app.Guest(thing);
        await OrdersApp.Added(guest, other);
        var order = await (await guest.Post("/api/v1/orders", new { acceptedTerms = true, buyer = OrdersApp.Buyer() }, Ct))
            .IsOk<OrderView>(HttpStatusCode.Created, Ct);
        return await app.Paid(order);
    }

    private async Task CallOff(Guid thing)
    {
        await app.Db.Run("insert into doubles.called_off values (@thing)", new { thing }, Ct);
        await app.Db.Publish(new EventCancelled(thing, "Ziekte."), Ct);
        await app.Deliver(Ct);
        app.Clock.Advance(TimeSpan.FromSeconds(6));
    }

    private async Task<RefundRunView> Run(Guid thing, bool dryRun) =>
        await (await app.Finance().Post($"/api/v1/events/{thing}/refund-run?dryRun={(dryRun ? "true" : "false")}", new { }, Ct))
            .IsOk<RefundRunView>(Ct);

    private async Task<RefundRunView> Seen(Guid thing) =>
        await (await app.Finance().GetAsync($"/api/v1/events/{thing}/refund-run", Ct)).IsOk<RefundRunView>(Ct);
}
