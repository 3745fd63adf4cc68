using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Saga;

namespace Balie.Orders.Tests.Saga;

/// <summary>Money that comes late, twice, in parts, or goes again: the rules that prevent the known disasters.</summary>
public sealed class MoneyTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    private static CancellationToken Ct => OrdersApp.Ct;

    [Fact]
    public async Task Paid_late_for_what_is_still_left_is_confirmed_after_all()
    {
        var order = await Expired(await app.Ordered(await app.Thing(stock: 1)));

        var paid = await PaidLate(order);

        Assert.Equal(("confirmed", "paid"), (paid.Status, paid.PaymentBadge));
        Assert.Equal(["awaiting_payment by shopper", "expired by clock", "confirmed by payment"], await app.Statuses(order.Id));
        Assert.Equal(0, await app.Refunding(order.Id));
        await app.Verify();
    }

    [Fact]
    public async Task Paid_late_for_what_is_gone_goes_back_once_and_is_told()
    {
        var thing = await app.Thing(stock: 1);
        var order = await Expired(await app.Ordered(thing));
        await app.Paid(await app.Ordered(thing));

        var paid = await PaidLate(order);

        Assert.Equal("expired", paid.Status);
        Assert.Equal((1_000, 1), (await app.Refunding(order.Id), await app.Told("order.paid_too_late", order.Id)));
        Assert.Equal(0, await app.Account(order.Id, "customers"));
        await app.Verify();
    }

    [Fact]
    public async Task Paid_after_giving_it_up_is_confirmed_where_it_is_left()
    {
        var somebody = app.Somebody();
        var order = await app.Ordered(await app.Thing(stock: 1), client: somebody);
        await (await somebody.Post($"/api/v1/orders/{order.Id}/cancel", new { }, Ct)).IsOk<object>(Ct);

        Assert.Equal("confirmed", (await PaidLate(order)).Status);
    }

    [Fact]
    public async Task One_of_two_holds_gone_takes_neither_and_gives_all_back()
    {
        var (first, second) = (await app.Thing(stock: 1), await app.Thing(stock: 1));
        var (guest, _) = await app.Guest(first);
        await OrdersApp.Added(guest, second);
        var order = await (await guest.Post("/api/v1/orders", new { acceptedTerms = true, buyer = OrdersApp.Buyer() }, Ct))
            .IsOk<OrderView>(System.Net.HttpStatusCode.Created, Ct);
        app.Clock.Advance(TimeSpan.FromHours(1));
        await app.Paid(await app.Ordered(second));

        // Not written down as expired yet: the payment comes first, and finds one of two gone.
        await app.Happened(order, PaymentEvent.Captured, 2_000);

        Assert.Equal("cancelled", (await app.See(order.Id)).Status);
        Assert.Equal((2_000, 1), (await app.Refunding(order.Id), await app.Free(first)));
        Assert.Equal(["awaiting_payment by shopper", "cancelled by payment"], await app.Statuses(order.Id));
        await app.Verify();
    }

    [Fact]
    public async Task Paid_twice_gives_the_second_back_and_the_order_stays()
    {
        var order = await app.Paid(await app.Ordered(await app.Thing()));

        await app.Happened(order, PaymentEvent.Captured, 1_000);

        var seen = await app.See(order.Id);
        Assert.Equal(("confirmed", "overpaid"), (seen.Status, seen.PaymentBadge));
        Assert.Equal((1_000, "confirmed"), (await app.Refunding(order.Id), await app.StateOf(order)));
        await app.Happened(order, PaymentEvent.RefundSucceeded, 1_000, await RefundOf(order));
        Assert.Equal("paid", (await app.See(order.Id)).PaymentBadge);
        Assert.Equal(1, await app.Told("refund.succeeded", order.Id));
        await app.Verify();
    }

    [Fact]
    public async Task Too_much_at_once_gives_back_the_difference()
    {
        var order = await app.Ordered(await app.Thing());

        await app.Happened(order, PaymentEvent.Captured, 1_300);

        Assert.Equal((300, "confirmed"), (await app.Refunding(order.Id), (await app.See(order.Id)).Status));
        await app.Verify();
    }

    [Fact]
    public async Task Paid_in_two_parts_is_confirmed_by_the_second()
    {
        var order = await app.Ordered(await app.Thing());

        await app.Happened(order, PaymentEvent.Captured, 400);
        var half = await app.See(order.Id);
        await app.Happened(order, PaymentEvent.Captured, 600);

        Assert.Equal(("awaiting_payment", "partially_paid", 600L), (half.Status, half.PaymentBadge, half.Due.Amount));
        Assert.Equal("confirmed", (await app.See(order.Id)).Status);
        await app.Verify();
    }

    [Fact]
    public async Task A_part_that_was_paid_goes_back_with_the_order_that_ends()
    {
        var order = await app.Ordered(await app.Thing());
        await app.Happened(order, PaymentEvent.Captured, 400);

        await Expired(order);

        Assert.Equal((400, "expired"), (await app.Refunding(order.Id), (await app.See(order.Id)).Status));
        await app.Verify();
    }

    [Fact]
    public async Task A_chargeback_marks_the_order_and_its_reversal_unmarks_the_badge()
    {
        var order = await app.Paid(await app.Ordered(await app.Thing()));

        await app.Happened(order, PaymentEvent.ChargedBack, 1_000);
        var disputed = await app.See(order.Id);
        await app.Happened(order, PaymentEvent.ChargebackReversed, 1_000);

        Assert.Equal(("confirmed", "charged_back"), (disputed.Status, disputed.PaymentBadge));
        Assert.Equal("paid", (await app.See(order.Id)).PaymentBadge);
        var onHold = await (await app.Staff.GetAsync("/api/v1/orders?all=true&onHold=true", Ct)).IsOk<OrderView[]>(Ct);
        Assert.Contains(onHold, found => found.Id == order.Id);
    }

    [Fact]
    public async Task A_refund_that_failed_waits_for_staff_and_is_told()
    {
        var order = await app.Ordered(await app.Thing());
        await app.Happened(order, PaymentEvent.Captured, 1_300);

        await app.Happened(order, PaymentEvent.RefundFailed, 300, await RefundOf(order));

        Assert.Equal(1, await app.Told("refund.failed", order.Id));
        Assert.Equal("failed", await app.Db.One<string>(
            "select status from orders.refunds where org_id = @orgId and order_id = @Id", new { order.Id }, Ct));
    }

    [Fact]
    public async Task What_is_authorised_first_is_captured_once_the_places_are_the_buyers()
    {
        var order = await app.Ordered(await app.Thing(stock: 1));
        await CaptureLater(order);

        await app.Happened(order, PaymentEvent.Authorised, 1_000);
        var confirmed = await app.See(order.Id);
        await app.Happened(order, PaymentEvent.Captured, 1_000);

        Assert.Equal(("confirmed", "authorised"), (confirmed.Status, confirmed.PaymentBadge));
        Assert.Equal("capturing", await AttemptOf(order));
        Assert.Equal(("paid", 0L), ((await app.See(order.Id)).PaymentBadge, await app.Refunding(order.Id)));
        await app.Verify();
    }

    [Fact]
    public async Task What_is_authorised_for_what_is_gone_is_never_captured()
    {
        var thing = await app.Thing(stock: 1);
        var order = await app.Ordered(thing);
        await CaptureLater(order);
        app.Clock.Advance(TimeSpan.FromHours(1));
        await app.Paid(await app.Ordered(thing));

        await app.Happened(order, PaymentEvent.Authorised, 1_000);

        Assert.Equal(
            ("cancelled", "stopped", 0L), ((await app.See(order.Id)).Status, await AttemptOf(order), await app.Refunding(order.Id)));
        await app.Verify();
    }

    [Fact]
    public async Task A_payment_and_the_clock_at_once_have_one_end()
    {
        var order = await app.Ordered(await app.Thing());
        app.Clock.Advance(TimeSpan.FromHours(1));
        await using var rival = await app.Rival();
        await rival.Run("select from orders.orders where order_id = @Id for update", new { order.Id });

        var paying = app.Happened(order, PaymentEvent.Captured, 1_000);
        await rival.UntilSomeoneWaits();
        await ExpireOrders.Run(app.SystemDb, app.Services, Ct);
        await rival.Commit();
        await paying;
        await ExpireOrders.Run(app.SystemDb, app.Services, Ct);

        Assert.Equal("confirmed", (await app.See(order.Id)).Status);
        await app.Verify();
    }

    [Fact]
    public async Task Fifty_confirmations_at_once_are_numbered_without_a_gap_also_when_some_roll_back()
    {
        var thing = await app.Thing(stock: 1_000);
        var orders = new List<OrderView>();
        for (var i = 0; i < 50; i++) orders.Add(await app.Ordered(thing));

        // As many at once as there are connections for.
        var limit = new ParallelOptions { MaxDegreeOfParallelism = 10, CancellationToken = Ct };
        await Parallel.ForEachAsync(orders.Index(), limit, async (one, _) =>
        {
            var (i, order) = one;
            if (i % 5 == 0)
            {
                // A crash just before the commit: the number it took is the next one's.
                await Assert.ThrowsAsync<IOException>(() => app.Db.Transact(async tx =>
                {
                    await app.Payables.Lock(tx, order.Id, Ct);
                    await app.Payables.Happened(
                        tx, new PaymentHappening(PaymentEvent.Captured, order.Id, tx.NewId(), order.Due), Ct);
                    throw new IOException("crashed");
                }, Ct));
            }
            await app.Happened(order, PaymentEvent.Captured, order.Due.Amount);
        });

        var numbers = await Task.WhenAll(orders.Select(async order => (await app.See(order.Id)).InvoiceNumber));
        Assert.Equal(50, numbers.Distinct().Count());
        await app.Verify();
    }

    private async Task<OrderView> Expired(OrderView order)
    {
        app.Clock.Advance(TimeSpan.FromHours(1));
        await ExpireOrders.Run(app.SystemDb, app.Services, Ct);
        return order;
    }

    private async Task<OrderView> PaidLate(OrderView order)
    {
        await app.Happened(order, PaymentEvent.Captured, order.Total.Amount);
        return await app.See(order.Id);
    }

    private Task<int> CaptureLater(OrderView order) =>
        app.Db.Run("update orders.orders set capture_later = true where org_id = @orgId and order_id = @Id", new { order.Id }, Ct);

    private Task<string> AttemptOf(OrderView order) =>
        app.Db.One<string>("select state from doubles.attempts where order_id = @Id", new { order.Id }, Ct)!;

    private Task<Guid> RefundOf(OrderView order) =>
        app.Db.One<Guid>("select refund_id from doubles.refunds where order_id = @Id", new { order.Id }, Ct);
}
