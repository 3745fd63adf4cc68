using System.Net;
using Balie.Contracts.Payments;
using Balie.Orders.Saga;

namespace Balie.Orders.Tests.Saga;

/// <summary>Every row of the table of transitions, walked; and everything that is not in it, refused.</summary>
public sealed class TransitionTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    private static CancellationToken Ct => OrdersApp.Ct;
    private static readonly TimeSpan OneHour = TimeSpan.FromHours(1);

    [Fact]
    public void What_is_not_in_the_table_does_not_happen()
    {
        string[] states =
        [
            OrderStates.Draft, OrderStates.AwaitingPayment, OrderStates.Confirmed, OrderStates.Completed, OrderStates.Expired,
            OrderStates.Cancelled,
        ];
        string[] triggers = [Triggers.Shopper, Triggers.Staff, Triggers.Payment, Triggers.Clock];
        var may = from one in states
                  from other in states
                  from trigger in triggers
                  where OrderTransitions.May(one, other, trigger)
                  select $"{one} > {other} by {trigger}";

        Assert.Equal([
            "awaiting_payment > cancelled by payment", "awaiting_payment > cancelled by shopper", "awaiting_payment > cancelled by staff",
            "awaiting_payment > confirmed by payment", "awaiting_payment > confirmed by staff", "awaiting_payment > expired by clock",
            "awaiting_payment > expired by payment", "cancelled > confirmed by payment", "confirmed > cancelled by clock",
            "confirmed > cancelled by shopper", "confirmed > cancelled by staff", "confirmed > completed by clock",
            "confirmed > completed by staff", "draft > awaiting_payment by shopper", "draft > awaiting_payment by staff",
            "draft > confirmed by shopper", "draft > confirmed by staff", "expired > confirmed by payment", "expired > confirmed by staff",
        ], may.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_step_that_the_table_does_not_know_throws_and_changes_nothing()
    {
        var order = await app.Ordered(await app.Thing());

        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Db.Transact(async tx =>
        {
            var row = await OrderRow.Lock(tx, order.Id, Ct);
            Assert.NotNull(row);
            await OrderStep.Take(tx, row, OrderStates.Confirmed, Triggers.Shopper, "me", "", Ct);
        }, Ct));

        Assert.Equal("awaiting_payment", (await app.See(order.Id)).Status);
    }

    [Fact]
    public async Task What_costs_money_waits_for_its_payment()
    {
        var thing = await app.Thing(stock: 1);

        var order = await app.Ordered(thing);

        Assert.Equal(("awaiting_payment", "unpaid"), (order.Status, order.PaymentBadge));
        Assert.StartsWith("https://balie.test/pay/", order.PaymentUrl, StringComparison.Ordinal);
        Assert.Equal(["awaiting_payment by shopper"], await app.Statuses(order.Id));
        Assert.Equal((1L, 0L), (await app.Told("order.placed", order.Id), await app.Free(thing)));
    }

    [Fact]
    public async Task Captured_money_confirms_with_an_invoice_an_entry_and_a_message()
    {
        var order = await app.Ordered(await app.Thing(price: 1_090), quantity: 2);

        var paid = await app.Paid(order);

        Assert.Equal(("confirmed", "paid"), (paid.Status, paid.PaymentBadge));
        Assert.Matches("^F[0-9]{6}$", paid.InvoiceNumber);
        Assert.Null(paid.PaymentUrl);
        Assert.Equal("confirmed", await app.StateOf(paid));
        Assert.Equal(["awaiting_payment by shopper", "confirmed by payment"], await app.Statuses(order.Id));
        Assert.Equal((2_180, -2_000, -180), (
            await app.Account(order.Id, "customers"), await app.Account(order.Id, "revenue"), await app.Account(order.Id, "vat:900")));
        Assert.Equal(1, await app.Told("order.confirmed", order.Id));
        await app.Verify();
    }

    [Fact]
    public async Task What_is_free_is_confirmed_at_once_without_an_invoice()
    {
        var order = await app.Ordered(await app.Thing(price: 0));

        Assert.Equal(("confirmed", "paid"), (order.Status, order.PaymentBadge));
        Assert.Null(order.InvoiceNumber);
        Assert.Equal(["confirmed by shopper"], await app.Statuses(order.Id));
        await app.Verify();
    }

    [Fact]
    public async Task Staff_place_orders_too()
    {
        var order = await app.Ordered(await app.Thing(), client: app.Staff);
        var free = await app.Ordered(await app.Thing(price: 0), client: app.Staff);

        Assert.Equal(["awaiting_payment by staff"], await app.Statuses(order.Id));
        Assert.Equal(["confirmed by staff"], await app.Statuses(free.Id));
    }

    [Fact]
    public async Task Staff_who_have_the_money_mark_it_paid_for_a_reason()
    {
        var order = await app.Ordered(await app.Thing(price: 1_000));

        await (await app.Staff.Put($"/api/v1/orders/{order.Id}/settlement", new { reason = " " }, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "orders.reason_required", Ct);
        await (await app.Somebody().Put($"/api/v1/orders/{order.Id}/settlement", new { reason = "ik" }, Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await app.Staff.Put($"/api/v1/orders/{order.Id}/settlement", new { reason = "contant betaald" }, Ct)).IsOk<object>(Ct);

        var paid = await app.See(order.Id);
        Assert.Equal(("confirmed", "paid"), (paid.Status, paid.PaymentBadge));
        Assert.Equal(["awaiting_payment by shopper", "confirmed by staff"], await app.Statuses(order.Id));
        Assert.Equal((1_000, 0), (await app.Account(order.Id, "bank"), await app.Account(order.Id, "customers")));
        Assert.Equal("contant betaald", (await app.History(order.Id))[^1].GetProperty("reason").GetString());
        await app.Verify();
    }

    [Fact]
    public async Task The_clock_ends_what_nobody_paid_and_frees_what_it_held()
    {
        var thing = await app.Thing(stock: 1);
        var order = await app.Ordered(thing);
        app.Clock.Advance(OneHour);

        await Expire();

        Assert.Equal("expired", (await app.See(order.Id)).Status);
        Assert.Equal(["awaiting_payment by shopper", "expired by clock"], await app.Statuses(order.Id));
        Assert.Equal((1L, 1L), (await app.Free(thing), await app.Told("order.expired", order.Id)));
        await app.Verify();
    }

    [Fact]
    public async Task The_clock_never_ends_what_a_bank_is_busy_with_and_keeps_its_places()
    {
        var thing = await app.Thing(stock: 1);
        var order = await app.Ordered(thing);
        await app.Db.Run("update doubles.attempts set state = 'pending' where order_id = @Id", new { order.Id }, Ct);
        for (var i = 0; i < 3; i++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(29));
            await Expire();
        }

        Assert.Equal(("awaiting_payment", "pending"), ((await app.See(order.Id)).Status, (await app.See(order.Id)).PaymentBadge));
        Assert.Equal(0, await app.Free(thing));
        app.Clock.Advance(TimeSpan.FromDays(2));
        await Expire();
        Assert.Equal("awaiting_payment", (await app.See(order.Id)).Status);
        Assert.Equal(1, await app.Free(thing));
    }

    [Fact]
    public async Task A_failed_payment_after_the_end_ends_it_too()
    {
        var order = await app.Ordered(await app.Thing());
        app.Clock.Advance(OneHour);

        await app.Happened(order, PaymentEvent.Failed, 0);

        Assert.Equal(["awaiting_payment by shopper", "expired by payment"], await app.Statuses(order.Id));
    }

    [Theory]
    [InlineData(PaymentEvent.Failed)]
    [InlineData(PaymentEvent.Cancelled)]
    [InlineData(PaymentEvent.Expired)]
    public async Task A_failed_payment_in_time_leaves_it_payable_by_a_new_attempt(PaymentEvent ended)
    {
        var buyer = new { name = "Koper", email = $"{Guid.CreateVersion7():n}@example.org" };
        var order = await app.Ordered(await app.Thing(), buyer: buyer);
        await app.Db.Run("update doubles.attempts set state = 'failed' where order_id = @Id", new { order.Id }, Ct);

        await app.Happened(order, ended, 0);

        Assert.Equal("awaiting_payment", (await app.See(order.Id)).Status);
        var again = await (await app.Http.Post($"/api/v1/orders/{order.Reference}/payments?email={buyer.email}", new { }, Ct))
            .IsOk<System.Text.Json.JsonElement>(HttpStatusCode.Created, Ct);
        Assert.NotEqual(order.PaymentUrl, again.GetProperty("paymentUrl").GetString());
    }

    [Fact]
    public async Task A_buyer_gives_up_what_is_not_paid_and_its_places_come_free()
    {
        var (thing, somebody) = (await app.Thing(stock: 1), app.Somebody());
        var order = await app.Ordered(thing, client: somebody);

        foreach (var _ in (int[])[1, 2])
            await (await somebody.Post($"/api/v1/orders/{order.Id}/cancel", new { reason = "toch niet" }, Ct)).IsOk<object>(Ct);

        Assert.Equal(["awaiting_payment by shopper", "cancelled by shopper"], await app.Statuses(order.Id));
        Assert.Equal((1L, 1L), (await app.Free(thing), await app.Told("order.cancelled", order.Id)));
        await app.Verify();
    }

    [Fact]
    public async Task Staff_cancel_what_is_not_paid_and_what_was_free()
    {
        var order = await app.Ordered(await app.Thing());
        var free = await app.Ordered(await app.Thing(price: 0));

        foreach (var each in (Guid[])[order.Id, free.Id])
            await (await app.Staff.Post($"/api/v1/orders/{each}/cancel", new { reason = "dubbel" }, Ct)).IsOk<object>(Ct);

        Assert.Equal(["awaiting_payment by shopper", "cancelled by staff"], await app.Statuses(order.Id));
        Assert.Equal(["confirmed by shopper", "cancelled by staff"], await app.Statuses(free.Id));
        Assert.Equal("gone", await app.StateOf(free));
    }

    [Fact]
    public async Task A_buyer_gives_up_what_was_free_until_the_limit_and_what_was_paid_by_a_refund()
    {
        var somebody = app.Somebody();
        var free = await app.Ordered(await app.Thing(price: 0), client: somebody);
        var late = await app.Ordered(await app.Thing(price: 0), client: somebody);
        var paid = await app.Paid(await app.Ordered(await app.Thing(), client: somebody));
        await (await somebody.Post($"/api/v1/orders/{free.Id}/cancel", new { }, Ct)).IsOk<object>(Ct);

        await (await somebody.Post($"/api/v1/orders/{paid.Id}/cancel", new { }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.order_paid", Ct);
        app.Clock.Advance(TimeSpan.FromDays(29.5));
        await (await somebody.Post($"/api/v1/orders/{late.Id}/cancel", new { }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.cancellation_closed", Ct);

        Assert.Equal(["confirmed by shopper", "cancelled by shopper"], await app.Statuses(free.Id));
    }

    [Fact]
    public async Task When_the_event_is_over_so_is_its_order()
    {
        var thing = await app.Thing();
        var paid = await app.Paid(await app.Ordered(thing));
        var awaiting = await app.Ordered(thing);

        await app.Db.Transact(
            tx => CompleteOrdersWhenOver.Handle(new Contracts.Ticketing.EventCompleted(thing), tx, app.Services, Ct), Ct);

        Assert.Equal(["awaiting_payment by shopper", "confirmed by payment", "completed by clock"], await app.Statuses(paid.Id));
        Assert.Equal("awaiting_payment", (await app.See(awaiting.Id)).Status);
        await app.Verify();
    }

    private Task Expire() => ExpireOrders.Run(app.SystemDb, app.Services, Ct);
}
