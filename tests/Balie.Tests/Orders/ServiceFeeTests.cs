using System.Net;
using System.Text.Json;

namespace Balie.Tests.Orders;

/// <summary>Fees are seen before anything is chosen, and they are those that the cart charges.</summary>
public sealed class ServiceFeeTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;

    private static readonly object[] Types = [new { name = "Rang 1", price = Given.Price(1_090) }, Given.FreeType()];

    [Fact]
    public async Task Availability_and_event_show_what_the_cart_will_add()
    {
        var org = Guid.CreateVersion7();
        await app.Choose(new { feePerTicketMinor = 75, feePerOrderMinor = 150 }, org);
        var show = await app.Show(types: Types, orgId: org);
        var visitor = app.As(Roles.Customer, Guid.CreateVersion7(), org);
        var availability = await See(visitor, $"/api/v1/events/{show.EventId}/availability");
        var @event = await See(visitor, $"/api/v1/events/{show.EventId}");

        var cart = await (await visitor.Post("/api/v1/cart/lines", new
        {
            kind = "tickets",
            offer = new { show.EventId, items = new[] { new { ticketTypeId = show.TypeId, quantity = 2 } } },
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);

        Assert.Equal((150, 75, 0), Fees(availability, availability.GetProperty("slots")[0]));
        Assert.Equal((150, 75, 0), Fees(@event, @event));
        Assert.Equal([2 * 75, 150], cart.GetProperty("charges").EnumerateArray().Select(charge => Amount(charge, "amount")));
    }

    [Fact]
    public async Task An_organisation_without_fees_and_an_event_without_prices_show_none()
    {
        var org = Guid.CreateVersion7();
        await app.Choose(new { feePerTicketMinor = 75, feePerOrderMinor = 150 }, org);
        var (priced, free) = (await app.Show(types: Types), await app.Show(types: [Given.FreeType("A"), Given.FreeType("B")], orgId: org));

        var without = await See(app.Http, $"/api/v1/events/{priced.EventId}/availability");
        var nothing = await See(app.As(Roles.Customer, orgId: org), $"/api/v1/events/{free.EventId}/availability");

        Assert.Equal((0, 0, 0), Fees(without, without.GetProperty("slots")[0]));
        Assert.Equal((0, 0, 0), Fees(nothing, nothing.GetProperty("slots")[0]));
    }

    [Fact]
    public async Task The_stream_tells_of_a_fee_that_changed()
    {
        var org = Guid.CreateVersion7();
        var show = await app.Show(types: Types, orgId: org);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/events/{show.EventId}/availability");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await app.As(Roles.Customer, orgId: org).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Ct));

        Assert.Equal(0, Amount(await Next(lines), "orderFee"));
        await app.Choose(new { feePerOrderMinor = 95 }, org);
        // The picture is a moment old, and the stream looks when the clock says so.
        var next = Next(lines);
        while (!next.IsCompleted)
        {
            app.Clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(TimeSpan.FromMilliseconds(50), Ct);
        }

        Assert.Equal(95, Amount(await next, "orderFee"));
    }

    private static async Task<JsonElement> See(HttpClient client, string address) =>
        await (await client.GetAsync(address, Ct)).IsOk<JsonElement>(Ct);

    private static async Task<JsonElement> Next(StreamReader lines)
    {
        while (await lines.ReadLineAsync(Ct) is { } line)
            if (line.StartsWith("data: ", StringComparison.Ordinal)) return JsonElement.Parse(line[6..]).GetProperty("data");
        throw new EndOfStreamException();
    }

    private static (int Order, int First, int Second) Fees(JsonElement whole, JsonElement part) =>
        (Amount(whole, "orderFee"), Amount(part.GetProperty("ticketTypes")[0], "fee"), Amount(part.GetProperty("ticketTypes")[1], "fee"));

    private static int Amount(JsonElement thing, string name) => thing.GetProperty(name).GetProperty("amount").GetInt32();
}
