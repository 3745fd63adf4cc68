using System.Net;
using System.Text;
using System.Text.Json;

namespace Balie.Tests.Orders;

/// <summary>An event is called off, and its tickets, orders, money and papers follow, each in its own module.</summary>
public sealed class CalledOffTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;

    [Fact]
    public async Task Whoever_paid_gets_it_back_with_a_credit_note_and_places_and_books_are_as_before()
    {
        var (show, free) = (await app.Show(types: Buying.Priced), await app.Show());
        var (paid, open, gratis) = (await app.Http.Ordered(show, 2), await app.Http.Ordered(show), await app.Http.Ordered(free));
        await (await app.As(Roles.Support).Put($"/api/v1/orders/{paid.Id}/settlement", new { reason = "Contant." }, Ct))
            .IsOk<JsonElement>(Ct);

        foreach (var called in (Guid[])[show.EventId, free.EventId])
            await (await app.As(Roles.Events).Put($"/api/v1/events/{called}/cancellation", new { reason = "Ziekte." }, Ct))
                .IsOk<JsonElement>(Ct);
        await app.Deliver(Ct);
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        await app.RunDueJobs(Ct);

        var run = await (await app.As(Roles.Finance).GetAsync($"/api/v1/events/{show.EventId}/refund-run", Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal(("done", 2_180), (run.Text("status"), run.GetProperty("amount").GetProperty("amount").GetInt64()));
        Assert.Equal(("refunded", "cancelled", "cancelled"), ((await app.SeeOrder(paid.Id)).PaymentBadge,
            (await app.SeeOrder(open.Id)).Status, (await app.SeeOrder(gratis.Id)).Status));
        Assert.Equal("cancelled", (await app.BookingOf(paid)).Text("status"));
        var refund = (await (await app.As(Roles.Finance).GetAsync($"/api/v1/refunds?orderId={paid.Id}", Ct)).IsOk<JsonElement>(Ct))[0];
        var note = await app.As(Roles.Finance).GetAsync($"/api/v1/credit-notes/{refund.Text("id")}.pdf", Ct);
        Assert.Equal(HttpStatusCode.OK, note.StatusCode);
        Assert.StartsWith("%PDF-", Encoding.ASCII.GetString(await note.Content.ReadAsByteArrayAsync(Ct), 0, 8), StringComparison.Ordinal);
    }
}
