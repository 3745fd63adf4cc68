using System.Net;
using System.Text.Json;
using Balie.Contracts.Orders;

namespace Balie.Tests.Orders;

/// <summary>Tickets through carts and orders, with the real Ticketing and Inventory.</summary>
public sealed class TicketOrderTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;

    [Fact]
    public async Task Forty_buyers_for_the_last_five_places_are_five_paid_and_thirty_five_refused_before_payment()
    {
        var show = await app.Show(capacity: 5, types: Buying.Priced);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => app.Http.Order(show)));
        var placed = answers.Where(answer => answer.StatusCode == HttpStatusCode.Created).ToArray();
        foreach (var answer in placed) await app.Captured(await answer.IsOk<OrderView>(HttpStatusCode.Created, Ct));

        Assert.Equal(5, placed.Length);
        foreach (var answer in answers.Except(placed)) await answer.IsRefused(HttpStatusCode.Conflict, "ticketing.sold_out", Ct);
        foreach (var answer in placed)
        {
            var order = await app.SeeOrder((await answer.IsOk<OrderView>(HttpStatusCode.Created, Ct)).Id);
            Assert.Equal(("confirmed", "paid"), (order.Status, order.PaymentBadge));
            Assert.Equal("confirmed", (await app.BookingOf(order)).Text("status"));
        }
    }

    [Fact]
    public async Task A_cart_of_two_events_is_one_order_with_vat_and_one_deadline()
    {
        var (first, second) = (await app.Show(types: Buying.Priced), await app.Show(types: Buying.Priced));
        var somebody = app.As(Roles.Customer, Guid.CreateVersion7());
        await (await somebody.Post("/api/v1/cart/lines", Buying.Line(first, 2), Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);

        var cart = await (await somebody.Post("/api/v1/cart/lines", Buying.Line(second), Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var order = await (await somebody.Post("/api/v1/orders", new { acceptedTerms = true }, Ct))
            .IsOk<OrderView>(HttpStatusCode.Created, Ct);

        Assert.Equal(3_270, cart.GetProperty("total").GetProperty("amount").GetInt64());
        Assert.Equal([new VatLine(900, new Money(3_000, "EUR"), new Money(270, "EUR"), new Money(3_270, "EUR"))], order.Vat);
        Assert.Contains("/pay/", order.PaymentUrl, StringComparison.Ordinal);
        Assert.Equal(order.ExpiresAt ?? default, Assert.Single((await Ends(order)).Distinct()) ?? default, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_guest_says_who_comes_when_ordering()
    {
        var show = await app.Show(types: Buying.Priced);
        var line = await (await app.Http.Post("/api/v1/cart/lines", Buying.Line(show), Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { acceptedTerms = true, buyer = Buying.Buyer("komt@example.org") }),
        };
        request.Headers.Add("X-Cart", line.Text("cart"));
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        var order = await (await app.Http.SendAsync(request, Ct)).IsOk<OrderView>(HttpStatusCode.Created, Ct);

        await app.Captured(order);

        Assert.Equal("komt@example.org", (await app.BookingOf(order)).GetProperty("holder").Text("email"));
    }

    [Fact]
    public async Task Late_money_takes_the_places_again_where_they_are_left_and_goes_back_where_not()
    {
        var (free, gone) = (await app.Show(capacity: 1, types: Buying.Priced), await app.Show(capacity: 1, types: Buying.Priced));
        var (lucky, late) = (await app.Http.Ordered(free), await app.Http.Ordered(gone));
        foreach (var order in (OrderView[])[lucky, late]) await Lapse(order);
        await app.RunDueJobs(Ct);
        await app.Http.Ordered(gone);

        foreach (var order in (OrderView[])[lucky, late]) Assert.Equal("expired", (await app.SeeOrder(order.Id)).Status);
        await app.Captured(lucky);

        Assert.Equal("confirmed", (await app.SeeOrder(lucky.Id)).Status);
        Assert.Equal("confirmed", (await app.BookingOf(lucky)).Text("status"));
        Assert.Equal("expired", (await app.BookingOf(late)).Text("status"));
    }

    [Fact]
    public async Task A_booking_of_an_order_is_changed_by_its_order_alone()
    {
        var show = await app.Show(types: Buying.Priced);
        var somebody = app.As(Roles.Customer, Guid.CreateVersion7());
        var order = await somebody.Ordered(show);
        var booking = await app.BookingOf(order);

        await (await somebody.Patch($"/api/v1/bookings/{booking.Text("id")}/cancel", new { }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.booking_is_ordered", Ct);
        await (await app.As(Roles.Support).Put($"/api/v1/bookings/{booking.Text("id")}/confirmation", new { }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.booking_is_ordered", Ct);
        await (await somebody.Post($"/api/v1/orders/{order.Id}/cancel", new { }, Ct)).IsOk<JsonElement>(Ct);

        Assert.Equal("expired", (await app.BookingOf(order)).Text("status"));
        await app.UntilAvailable(show, 100);
    }

    [Fact]
    public async Task A_booking_is_paid_without_a_cart_by_one_order_however_often_asked()
    {
        var show = await app.Show(types: Buying.Priced);
        var booking = await app.Http.Booked(show, holder: Given.Guest("los@example.org"));
        var address = $"/api/v1/bookings/{booking.Text("reference")}/payment?email=los@example.org";

        var first = await (await app.Http.Post(address, new { }, Ct)).IsOk<OrderView>(Ct);
        var again = await (await app.Http.Post(address, new { }, Ct)).IsOk<OrderView>(Ct);
        await app.Captured(first);

        Assert.Equal((first.Id, 1_090L), (again.Id, first.Due.Amount));
        Assert.Equal("confirmed", (await app.BookingOf(first)).Text("status"));
        await (await app.Http.Post($"/api/v1/bookings/{booking.Text("id")}/payment?email=ander@example.org", new { }, Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.booking_not_found", Ct);
    }

    [Fact]
    public async Task What_is_free_is_the_buyers_at_once_and_given_back_by_the_order()
    {
        var show = await app.Show(capacity: 2);
        var somebody = app.As(Roles.Customer, Guid.CreateVersion7());
        var order = await somebody.Ordered(show, 2);
        Assert.Equal(("confirmed", "confirmed"), (order.Status, (await app.BookingOf(order)).Text("status")));

        await (await somebody.Post($"/api/v1/orders/{order.Id}/cancel", new { }, Ct)).IsOk<JsonElement>(Ct);

        Assert.Equal("cancelled", (await app.BookingOf(order)).Text("status"));
        await app.Http.Ordered(show, 2);
    }

    [Fact]
    public async Task A_ticket_that_is_given_back_frees_its_own_places_and_those_of_no_other_type()
    {
        var show = await app.Show(types:
        [
            new { name = "Volwassen", price = Given.Price(1_090), cap = 1 }, new { name = "Kind", price = Given.Price(545), cap = 1 },
        ]);
        var order = await (await app.As(Roles.Customer, Guid.CreateVersion7()).Post("/api/v1/orders", new
        {
            acceptedTerms = true,
            buyer = Buying.Buyer(),
            lines = new[]
            {
                new
                {
                    kind = "tickets",
                    offer = new { show.EventId, items = show.TypeIds.Select(ticketTypeId => new { ticketTypeId, quantity = 1 }) },
                },
            },
        }, Ct)).IsOk<OrderView>(HttpStatusCode.Created, Ct);
        await (await app.As(Roles.Support).Put($"/api/v1/orders/{order.Id}/settlement", new { reason = "Contant." }, Ct))
            .IsOk<JsonElement>(Ct);
        await app.Deliver(Ct);

        var adult = order.Lines.First(line => line.Name == "Volwassen");
        await (await app.As(Roles.Finance).Post($"/api/v1/orders/{order.Id}/refunds",
            new { reason = "Ziek.", lines = new[] { new { lineId = adult.Id } }, terms = "full" }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        await app.UntilAvailable(show, 99);

        Assert.Equal([1, 0], (await app.Availability(show)).GetProperty("ticketTypes").EnumerateArray()
            .Select(type => type.Number("available")));
    }

    [Fact]
    public async Task An_event_that_was_called_off_cannot_be_paid_for_any_more()
    {
        var show = await app.Show(types: Buying.Priced);
        var somebody = app.As(Roles.Customer, Guid.CreateVersion7());
        await (await somebody.Post("/api/v1/cart/lines", Buying.Line(show), Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        await (await app.As(Roles.Owner).Put($"/api/v1/events/{show.EventId}/cancellation", new { reason = "ziek" }, Ct))
            .IsOk<JsonElement>(Ct);

        await (await somebody.Post("/api/v1/orders", new { acceptedTerms = true }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.hold_ended", Ct);
    }

    private Task<DateTimeOffset?[]> Ends(OrderView order) => app.Db.Many<DateTimeOffset?>(
        "select expires_at from ticketing.bookings where booking_id = any (@ids)",
        new { ids = order.Lines.Select(line => line.HoldId).OfType<Guid>().Distinct().ToArray() }, Ct);

    /// <summary>The database's clock cannot be moved, so the order and its holds are.</summary>
    private async Task Lapse(OrderView order)
    {
        foreach (var holdId in order.Lines.Select(line => line.HoldId).OfType<Guid>().Distinct()) await app.Lapse(holdId);
        await app.Db.Run("update orders.orders set expires_at = expires_at - interval '1 day' where order_id = @Id", new { order.Id }, Ct);
    }
}
