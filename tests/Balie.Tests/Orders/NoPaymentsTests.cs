using System.Net;
using Balie.Contracts.Orders;
using Microsoft.AspNetCore.Builder;

namespace Balie.Tests.Orders;

/// <summary>The product as an installation has it that takes real money, and where nobody set an account up yet.</summary>
public sealed class NoSandbox : Product
{
    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:Payments:Sandbox"] = "false";
    }
}

/// <summary>Nothing can be paid online: whoever orders keeps the places, hears what to do, and can pay at the desk.</summary>
public sealed class NoPaymentsTests(NoSandbox app) : IClassFixture<NoSandbox>
{
    private static CancellationToken Ct => Product.Ct;

    [Fact]
    public async Task Checkout_keeps_the_places_says_what_to_do_and_the_desk_takes_the_money()
    {
        var show = await app.Show(types: Buying.Priced);

        var order = await app.Http.Ordered(show, 2);
        var link = new Uri(order.PaymentUrl ?? "");
        using var page = await app.Http.GetAsync(link.PathAndQuery, Ct);
        var attemptId = link.Segments[^1];
        await (await app.Http.Post($"/api/v1/payments/{attemptId}/start", new { }, Ct))
            .IsRefused(HttpStatusCode.ServiceUnavailable, "payments.no_account", Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("vraag hoe u kunt betalen", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(("awaiting_payment", "pending"),
            ((await app.SeeOrder(order.Id)).Status, (await app.BookingOf(order)).Text("status")));
        var paid = await (await app.As(Roles.Support).Put($"/api/v1/orders/{order.Id}/settlement", new { reason = "Contant." }, Ct))
            .IsOk<OrderView>(Ct);
        Assert.Equal(("confirmed", "paid"), (paid.Status, paid.PaymentBadge));
    }
}
