using System.Net;
using System.Text.Json;
using Balie.Contracts.Orders;
using Balie.Payments;
using Balie.Tests.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Tests.Journeys;

/// <summary>From place to paid to door and back again: every module is the real one, and the sandbox is the provider.</summary>
public sealed class PurchaseTests(Product app) : IClassFixture<Product>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private static readonly DateTimeOffset DoorsOpen = new(2026, 7, 1, 17, 30, 0, TimeSpan.Zero);

    private static CancellationToken Ct => Product.Ct;

    [Fact]
    public async Task Two_tickets_are_paid_for_one_is_given_back_and_the_other_opens_the_door_once()
    {
        var show = await app.Show(capacity: 2, types: Buying.Priced);
        var order = await app.Http.Ordered(show, 2);

        await Pay(order, "paid");

        var paid = await app.SeeOrder(order.Id);
        Assert.Equal(("confirmed", "paid"), (paid.Status, paid.PaymentBadge));
        Assert.NotNull(paid.InvoiceNumber);
        var tickets = await Tickets(order);
        Assert.Equal(["issued", "issued"], tickets.Select(ticket => ticket.Text("status")));

        var back = new { reason = "Toch alleen.", units = new[] { tickets[0].Text("id") }, terms = "full" };
        await (await app.As(Roles.Finance).Post($"/api/v1/orders/{order.Id}/refunds", back, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        await Settle();

        var left = await app.SeeOrder(order.Id);
        Assert.Equal(("partially_refunded", 1_090L), (left.PaymentBadge, left.Refunded.Amount));
        Assert.Equal(["refunded", "issued"], (await Tickets(order)).Select(ticket => ticket.Text("status")));
        Assert.Equal("confirmed", (await app.BookingOf(order)).Text("status"));

        // The place of the one is free for somebody else, that of the other is not.
        await app.Http.Ordered(show, 1);
        await (await app.Http.Order(show)).IsRefused(HttpStatusCode.Conflict, "ticketing.sold_out", Ct);

        app.Clock.Advance(DoorsOpen - app.Clock.GetUtcNow());
        Assert.Equal("refunded", (await Scan(show, tickets[0])).Text("reason"));
        Assert.Equal("admitted", (await Scan(show, tickets[1])).Text("result"));
        Assert.Equal("already_used", (await Scan(show, tickets[1])).Text("reason"));
        await HoldsEveryInvariant();
    }

    [Fact]
    public async Task Forty_buyers_for_the_last_five_places_are_five_who_pay_and_thirty_five_who_never_see_a_bank()
    {
        var show = await Later(capacity: 5);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => app.Http.Order(show)));

        var orders = new List<OrderView>();
        foreach (var answer in answers)
        {
            if (answer.StatusCode == HttpStatusCode.Created) orders.Add(await answer.IsOk<OrderView>(HttpStatusCode.Created, Ct));
            else await answer.IsRefused(HttpStatusCode.Conflict, "ticketing.sold_out", Ct);
        }
        Assert.Equal(5, orders.Count);
        foreach (var order in orders) await Pay(order, "paid");
        foreach (var order in orders)
        {
            Assert.Equal("confirmed", (await app.SeeOrder(order.Id)).Status);
            Assert.Single(await Tickets(order));
        }
        await HoldsEveryInvariant();
    }

    [Fact]
    public async Task A_failed_payment_leaves_the_order_to_be_paid_another_time()
    {
        var order = await app.Http.Ordered(await Later());

        await Pay(order, "failed");
        Assert.Equal("awaiting_payment", (await app.SeeOrder(order.Id)).Status);
        var again = await (await app.As(Roles.Support).Post($"/api/v1/orders/{order.Id}/payments", new { }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        await Pay(order with { PaymentUrl = again.Text("paymentUrl") }, "paid");

        Assert.Equal("confirmed", (await app.SeeOrder(order.Id)).Status);
        await HoldsEveryInvariant();
    }

    [Theory]
    [InlineData(1, "confirmed", "paid")]
    [InlineData(0, "expired", "refunded")]
    public async Task Money_that_comes_too_late_gets_the_place_if_it_is_left_and_goes_back_if_not(int left, string status, string badge)
    {
        var show = await Later(capacity: 1);
        var order = await app.Http.Ordered(show);
        var page = await Start(order);
        await Choose(page, "pending");
        app.Clock.Advance(TimeSpan.FromDays(2));
        await app.RunDueJobs(Ct);
        await app.As(Roles.Support).Post($"/api/v1/orders/{order.Id}/cancel", new { reason = "Geen bericht." }, Ct);
        if (left == 0) await Pay(await app.Http.Ordered(show), "paid");

        await Choose(page, "paid");

        var after = await app.SeeOrder(order.Id);
        Assert.Equal(badge, after.PaymentBadge);
        if (status == "confirmed") Assert.Equal(status, after.Status);
        else Assert.NotEqual("confirmed", after.Status);
        await HoldsEveryInvariant();
    }

    // Long after the evening for which one test moves the clock.
    private Task<Show> Later(int capacity = 100) => app.Show(
        capacity, Buying.Priced, startsLocal: "2030-07-01T20:00:00", endsLocal: "2030-07-01T22:00:00");

    private async Task Pay(OrderView order, string outcome) => await Choose(await Start(order), outcome);

    /// <returns>The provider's page.</returns>
    private async Task<string> Start(OrderView order)
    {
        var opened = await app.Http.GetAsync(new Uri(order.PaymentUrl ?? "").PathAndQuery, Ct);
        Assert.Equal(HttpStatusCode.SeeOther, opened.StatusCode);
        return opened.Headers.Location is { } page ? (page.IsAbsoluteUri ? page.PathAndQuery : page.ToString()) : "";
    }

    private async Task Choose(string page, string outcome)
    {
        (await app.Http.Post($"{page}/outcome", new { outcome }, Ct)).EnsureSuccessStatusCode();
        await Settle();
    }

    // The product's own workers are awake too, so what they have in hand is waited for.
    private async Task Settle()
    {
        var workers = app.Services.GetRequiredService<Workers>();
        for (var waited = TimeSpan.Zero; waited < Patience; waited += BetweenLooks)
        {
            await workers.RunDue(Ct);
            // What they finish just now has yet to be delivered.
            var isDone = await app.SystemDb.Everywhere.One<long>(CountInHand, null, Ct) == 0;
            await app.Deliver(Ct);
            if (isDone) return;
            await Task.Delay(BetweenLooks, Ct);
        }
        throw new TimeoutException("The sandbox still has something to say.");
    }

    private async Task<JsonElement[]> Tickets(OrderView order) =>
        await (await app.As(Roles.Support).GetAsync($"/api/v1/bookings/{order.Lines[0].HoldId}/tickets", Ct)).IsOk<JsonElement[]>(Ct);

    private async Task<JsonElement> Scan(Show show, JsonElement ticket) =>
        await (await app.As(Roles.Door).Post("/api/v1/checkins", new
        {
            code = ticket.Text("code"),
            eventId = show.EventId,
            direction = "in",
            nonce = Guid.CreateVersion7(),
            deviceTime = app.Clock.GetUtcNow(),
        }, Ct)).IsOk<JsonElement>(Ct);

    private async Task HoldsEveryInvariant()
    {
        await Settle();
        var verdicts = await app.Services.GetRequiredService<Verifier>().Run(null, Ct);
        Assert.Equal([], verdicts.SelectMany(verdict => verdict.Violations.Select(violation => $"{verdict.Check}: {violation}")));
    }

    private const string CountInHand = """
        select (select count(*) from payments.sandbox_deliveries where due_at is not null)
            + (select count(*) from payments.webhooks where state = 'waiting')
            + (select count(*) from payments.instructions where next_try_at is not null)
        """;
}
