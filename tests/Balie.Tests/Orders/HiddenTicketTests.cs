using System.Net;
using System.Text.Json;
using Balie.Contracts.Orders;
using Balie.Tests.Tickets;

namespace Balie.Tests.Orders;

/// <summary>Ticket types that a code opens: not there for anybody else, wherever one looks.</summary>
public sealed class HiddenTicketTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;

    private static readonly object[] Types =
        [new { name = "Rang 1", price = Given.Price(2_090) }, new { name = "Leden", price = Given.Price(1_090), hidden = true }];

    [Fact]
    public async Task A_visitor_neither_sees_nor_gets_it()
    {
        var show = await app.Show(types: Types);
        var hidden = show.TypeIds[1];

        foreach (var client in (HttpClient[])[app.Http, app.As(Roles.Customer, Guid.CreateVersion7()), Guest("A".PadRight(32, 'A'))])
        {
            Assert.Equal(["Rang 1"], await Names(client, show));
            var line = (await See(client, "/api/v1/events?limit=100")).EnumerateArray().Single(line => line.Id() == show.EventId);
            Assert.Equal(2_090, line.GetProperty("priceFrom").Number("amount"));
            await (await client.Post("/api/v1/cart/lines", Line(show, hidden), Ct))
                .IsRefused(HttpStatusCode.Conflict, "ticketing.not_unlocked", Ct);
            await (await client.Post("/api/v1/orders", Order(show, hidden), Ct))
                .IsRefused(HttpStatusCode.Conflict, "ticketing.not_unlocked", Ct);
            await (await client.Post("/api/v1/bookings", Booking(show, hidden), Ct))
                .IsRefused(HttpStatusCode.Conflict, "ticketing.not_unlocked", Ct);
            await (await client.Post($"/api/v1/events/{show.EventId}/waiting-list",
                new { ticketTypeId = hidden, name = "Gast", email = "gast@example.org" }, Ct))
                .IsRefused(HttpStatusCode.Conflict, "ticketing.not_unlocked", Ct);
        }
        // To a visitor the other one is the only one.
        await app.Http.Booked(show, holder: Given.Guest());
        await app.UntilAvailable(show, 99);
    }

    [Fact]
    public async Task Staff_see_and_sell_it()
    {
        var show = await app.Show(types: Types);
        var desk = app.As(Roles.Support);

        var seen = await See(desk, $"/api/v1/events/{show.EventId}");
        await (await desk.Post("/api/v1/bookings", Booking(show, show.TypeIds[1]), Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);

        Assert.Equal(["Rang 1", "Leden"], await Names(desk, show));
        Assert.Equal(
            [false, true], seen.GetProperty("ticketTypes").EnumerateArray().Select(type => type.GetProperty("hidden").GetBoolean()));
    }

    [Fact]
    public async Task A_code_in_the_cart_opens_it_to_that_cart_alone()
    {
        var show = await app.Show(types: Types);
        var (guest, _) = await Unlocked(await Code(show.TypeIds[1]));

        var cart = await (await guest.Post("/api/v1/cart/lines", Line(show, show.TypeIds[1]), Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var order = await (await guest.Post("/api/v1/orders", new { acceptedTerms = true, buyer = Buying.Buyer() }, Ct))
            .IsOk<OrderView>(HttpStatusCode.Created, Ct);

        Assert.Equal(1_090, cart.GetProperty("total").Number("amount"));
        Assert.Equal(1_090, order.Total.Amount);
        Assert.Equal(["Rang 1"], await Names(app.Http, show));
    }

    [Fact]
    public async Task With_the_code_it_is_seen_once_and_as_a_stream()
    {
        var show = await app.Show(types: Types);
        var (guest, _) = await Unlocked(await Code(show.TypeIds[1]));
        var member = app.As(Roles.Customer, Guid.CreateVersion7());
        await (await member.Post("/api/v1/cart/vouchers", new { code = await Code(show.TypeIds[1]) }, Ct)).IsOk<JsonElement>(Ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/events/{show.EventId}/availability");
        request.Headers.Accept.ParseAdd("text/event-stream");

        using var stream = await guest.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(Ct));
        await lines.ReadLineAsync(Ct);

        Assert.Contains("Leden", await lines.ReadLineAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(["Rang 1", "Leden"], await Names(guest, show));
        Assert.Equal(["Rang 1", "Leden"], await Names(member, show));
    }

    [Fact]
    public async Task A_stream_that_is_open_notices_a_code_that_is_put_in_and_taken_out()
    {
        var show = await app.Show(types: Types);
        var code = await Code(show.TypeIds[1]);
        var (guest, _) = await Unlocked(await Code(Guid.CreateVersion7()));
        var member = app.As(Roles.Customer, Guid.CreateVersion7());

        foreach (var client in (HttpClient[])[guest, member])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/events/{show.EventId}/availability");
            request.Headers.Accept.ParseAdd("text/event-stream");
            using var stream = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
            using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(Ct));

            Assert.DoesNotContain("Leden", await Told(lines), StringComparison.Ordinal);
            await (await client.Post("/api/v1/cart/vouchers", new { code }, Ct)).IsOk<JsonElement>(Ct);
            Assert.Contains("Leden", await Told(lines), StringComparison.Ordinal);
            await (await client.DeleteAsync($"/api/v1/cart/vouchers/{code}", Ct)).IsOk<JsonElement>(Ct);
            Assert.DoesNotContain("Leden", await Told(lines), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_seat_map_shows_it_to_whoever_may_sit_there()
    {
        var (venueId, seatingPlanId) = await app.Hall();
        var show = await app.Show(capacity: null, types: Types, venueId: venueId, seatingPlanId: seatingPlanId);
        var (guest, _) = await Unlocked(await Code(show.TypeIds[1]));
        var address = $"/api/v1/events/{show.EventId}/slots/{show.SlotId}/seats";

        Assert.Equal(1, (await See(app.Http, address))[0].GetProperty("ticketTypes").GetArrayLength());
        Assert.Equal(2, (await See(guest, address))[0].GetProperty("ticketTypes").GetArrayLength());
    }

    [Fact]
    public async Task Codes_named_when_ordering_open_it_too_and_each_is_used()
    {
        var show = await app.Show(types: Types);
        var code = await Code(show.TypeIds[1], maxUses: 1);

        await (await app.Http.Post("/api/v1/orders", Order(show, show.TypeIds[1], code), Ct)).IsOk<OrderView>(HttpStatusCode.Created, Ct);

        await (await app.Http.Post("/api/v1/orders", Order(show, show.TypeIds[1], code), Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.voucher_used_up", Ct);
    }

    [Fact]
    public async Task Without_its_code_what_is_in_the_cart_is_neither_ordered_nor_paid_nor_made_more()
    {
        var show = await app.Show(types: Types);
        var code = await Code(show.TypeIds[1]);
        var member = app.As(Roles.Customer, Guid.CreateVersion7());
        await (await member.Post("/api/v1/cart/vouchers", new { code }, Ct)).IsOk<JsonElement>(Ct);
        var cart = await (await member.Post("/api/v1/cart/lines", Line(show, show.TypeIds[1]), Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var line = cart.GetProperty("lines")[0].Id();
        await (await member.DeleteAsync($"/api/v1/cart/vouchers/{code}", Ct)).IsOk<JsonElement>(Ct);

        await (await member.Patch($"/api/v1/cart/lines/{line}", new { quantity = 2 }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.not_unlocked", Ct);
        await (await member.Post("/api/v1/orders", new { acceptedTerms = true }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.not_unlocked", Ct);
        await (await member.Post($"/api/v1/bookings/{line}/payment", new { }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "orders.not_unlocked", Ct);

        await (await member.Post("/api/v1/cart/vouchers", new { code }, Ct)).IsOk<JsonElement>(Ct);
        await (await member.Post("/api/v1/orders", new { acceptedTerms = true }, Ct)).IsOk<OrderView>(HttpStatusCode.Created, Ct);
    }

    /// <summary>The next numbers of a stream.</summary>
    private static async Task<string> Told(StreamReader lines)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        for (; ; )
        {
            var line = await lines.ReadLineAsync(patience.Token) ?? throw new EndOfStreamException();
            if (line.StartsWith("data: ", StringComparison.Ordinal)) return line;
        }
    }

    private static object Line(Show show, Guid ticketTypeId) =>
        new { kind = "tickets", offer = new { show.EventId, items = new[] { new { ticketTypeId, quantity = 1 } } } };

    private static object Order(Show show, Guid ticketTypeId, params string[] vouchers) =>
        new { acceptedTerms = true, lines = new[] { Line(show, ticketTypeId) }, buyer = Buying.Buyer(), vouchers };

    private static object Booking(Show show, Guid ticketTypeId) =>
        new { show.EventId, items = new[] { new { ticketTypeId, quantity = 1 } }, holder = Given.Guest() };

    private async Task<string> Code(Guid ticketTypeId, int? maxUses = null) =>
        (await (await app.As(Roles.Support).Post(
            "/api/v1/vouchers", new { kind = "unlock", offerIds = new[] { ticketTypeId }, maxUses }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct)).Text("code");

    /// <summary>A guest whose cart begins with a code.</summary>
    private async Task<(HttpClient Guest, JsonElement Cart)> Unlocked(string code)
    {
        var cart = await (await app.Http.Post("/api/v1/cart/vouchers", new { code }, Ct)).IsOk<JsonElement>(Ct);
        return (Guest(cart.Text("cart")), cart);
    }

    private HttpClient Guest(string token)
    {
        var guest = app.As(Roles.Customer);
        guest.DefaultRequestHeaders.Authorization = null;
        guest.DefaultRequestHeaders.Add("X-Cart", token);
        return guest;
    }

    /// <summary>The ticket types that somebody sees, which the event and its availability say alike.</summary>
    private static async Task<string[]> Names(HttpClient client, Show show)
    {
        var address = $"/api/v1/events/{show.EventId}";
        string[] ofEvent = Named(await See(client, address));
        Assert.Equal(ofEvent, Named((await See(client, $"{address}/availability")).GetProperty("slots")[0]));
        return ofEvent;

        static string[] Named(JsonElement thing) =>
            [.. thing.GetProperty("ticketTypes").EnumerateArray().Select(type => type.Text("name"))];
    }

    private static async Task<JsonElement> See(HttpClient client, string address) =>
        await (await client.GetAsync(address, Ct)).IsOk<JsonElement>(Ct);
}
