using System.Net;
using System.Net.Http.Json;
using Balie.Contracts.Orders;
using Balie.Orders.Refunds;

namespace Balie.Orders.Tests.Refunds;

/// <summary>What tests of refunds say often.</summary>
internal static class Giving
{
    private static CancellationToken Ct => OrdersApp.Ct;

    public static HttpClient Finance(this OrdersApp app, Guid? person = null) => app.As(Roles.Finance, person);

    public static object All(string terms = "full", string reason = "Ziek.") => new { reason, all = true, terms };

    public static async Task<RefundView> Refunded(this OrdersApp app, OrderView order, object wish, HttpClient? by = null) =>
        await (await (by ?? app.Finance()).Post($"/api/v1/orders/{order.Id}/refunds", wish, Ct))
            .IsOk<RefundView>(HttpStatusCode.Created, Ct);

    public static async Task<RefundPreview> Previewed(this OrdersApp app, OrderView order, object wish, HttpClient? by = null) =>
        await (await (by ?? app.Finance()).Post($"/api/v1/orders/{order.Id}/refunds/preview", wish, Ct)).IsOk<RefundPreview>(Ct);

    public static async Task<RefundView> Seen(this OrdersApp app, Guid refundId) =>
        (await (await app.Finance().GetAsync($"/api/v1/refunds/{refundId}", Ct)).IsOk<SeeRefund.Whole>(Ct)).Refund;

    public static Task<Guid[]> Units(this OrdersApp app, OrderView order) => app.Db.Many<Guid>(
        "select unit_id from doubles.units where hold_id = any (@holds) and not gone order by label",
        new { holds = order.Lines.Where(line => line.HoldId is not null).Select(line => line.HoldId).Distinct().ToArray() }, Ct);

    /// <summary>Everything of this order begins so many hours from now.</summary>
    public static Task Starts(this OrdersApp app, OrderView order, int inHours) => app.Db.Run(
        "update doubles.things set starts_at = @at where hold_id = any (@holds)",
        new
        {
            at = app.Clock.GetUtcNow().AddHours(inHours),
            holds = order.Lines.Where(line => line.HoldId is not null).Select(line => line.HoldId).ToArray(),
        }, Ct);

    /// <summary>The organisation's rules, or those of one event, whatever they were before.</summary>
    public static async Task Rules(this OrdersApp app, object? rules, Guid? eventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/refund-policy{(eventId is null ? "" : $"?eventId={eventId}")}")
        {
            Content = JsonContent.Create(new { rules }, options: Json.Options),
        };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        await (await app.As(Roles.Admin).SendAsync(request, Ct)).IsOk<object>(Ct);
    }

    public static Money Eur(long minor) => new(minor, "EUR");
}
