using System.Net;
using System.Text.Json;
using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Tests.Orders;

/// <summary>How tests buy tickets, in the fewest words.</summary>
internal static class Buying
{
    private static CancellationToken Ct => Product.Ct;

    public static readonly object[] Priced = [new { name = "Rang 1", price = Given.Price(1_090) }];

    public static object Line(Show show, int quantity = 1) => new { kind = "tickets", offer = new { eventId = show.EventId, quantity } };

    public static object Buyer(string? email = null) => new { name = "Koper", email = email ?? $"{Guid.CreateVersion7():n}@example.org" };

    public static Task<HttpResponseMessage> Order(this HttpClient client, Show show, int quantity = 1, object? buyer = null) =>
        client.Post("/api/v1/orders", new { acceptedTerms = true, lines = new[] { Line(show, quantity) }, buyer = buyer ?? Buyer() }, Ct);

    public static async Task<OrderView> Ordered(this HttpClient client, Show show, int quantity = 1, object? buyer = null) =>
        await (await client.Order(show, quantity, buyer)).IsOk<OrderView>(HttpStatusCode.Created, Ct);

    /// <summary>As Payments says it when a provider did, without the provider.</summary>
    public static Task Captured(this Product app, OrderView order, long? minor = null) => app.Db.Transact(async tx =>
    {
        var payables = app.Services.GetRequiredService<IPayables>();
        Assert.True(await payables.Lock(tx, order.Id, Ct));
        await payables.Happened(tx, new PaymentHappening(
            PaymentEvent.Captured, order.Id, Guid.CreateVersion7(), new Money(minor ?? order.Due.Amount, "EUR")), Ct);
    }, Ct);

    /// <summary>Figures that an organisation chooses, in place of those it chose before.</summary>
    public static async Task Choose(this Product app, object figures, Guid? orgId = null)
    {
        var owner = app.As(Roles.Owner, orgId: orgId);
        owner.DefaultRequestHeaders.TryAddWithoutValidation("If-Match", "*");
        await (await owner.Put("/api/v1/policies", figures, Ct)).IsOk<JsonElement>(Ct);
    }

    public static async Task<OrderView> SeeOrder(this Product app, Guid orderId) =>
        await (await app.As(Roles.Support).GetAsync($"/api/v1/orders/{orderId}", Ct)).IsOk<OrderView>(Ct);

    public static async Task<JsonElement> BookingOf(this Product app, OrderView order)
    {
        var holdId = order.Lines.First(line => line.HoldId is not null).HoldId;
        return await (await app.As(Roles.Support).GetAsync($"/api/v1/bookings/{holdId}", Ct)).IsOk<JsonElement>(Ct);
    }
}
