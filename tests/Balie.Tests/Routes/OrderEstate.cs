using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Balie.Tests.Routes;

/// <summary>
/// What an organisation has of orders: a cart with a code in it, an order that waits, one that is paid, and what comes of it.
/// </summary>
internal static class OrderEstate
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task Make(WholeProduct app, HttpClient owner, string marker, Dictionary<string, string> ids)
    {
        var code = $"CADEAU-{marker.ToUpperInvariant()}";
        var voucher = await (await owner.Post("/api/v1/vouchers", new { kind = "gift", code, amount = Given.Price(500) }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        (ids["voucherId"], ids["code"]) = (voucher.Text("id"), code);

        var line = new { kind = "tickets", offer = new { eventId = ids["eventId"], quantity = 1 } };
        var cart = await (await owner.Post("/api/v1/cart/lines", line, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        ids["lineId"] = cart.GetProperty("lines")[0].Text("id");
        await (await owner.Post("/api/v1/cart/vouchers", new { code }, Ct)).IsOk<JsonElement>(Ct);

        var paid = await Order(owner, line, marker, code);
        await (await owner.Put($"/api/v1/orders/{paid.Text("id")}/settlement", new { reason = marker }, Ct)).IsOk<JsonElement>(Ct);
        // What is given back must be there first.
        await app.Deliver(Ct);
        var tiers = new[] { new { untilHoursBefore = 1, shareBasisPoints = 1 } };
        await Edit(owner, "/api/v1/refund-policy", new { rules = new { tiers } });
        await Edit(owner, "/api/v1/invoice-settings", new { name = marker });
        var refund = await (await owner.Post($"/api/v1/orders/{paid.Text("id")}/refunds",
            new { reason = marker, all = true, terms = "full", restock = false }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        await app.SystemDb.As(Guid.Parse(ids["organisationId"])).Transact(tx => tx.Run(AddRun, new
        {
            runId = tx.NewId(),
            eventId = Guid.Parse(ids["eventId"]),
            orderId = paid.GetProperty("id").GetGuid(),
            marker,
            tx.Now,
        }, Ct), Ct);
        (ids["refundId"], ids["orderOrReference"]) = (refund.Text("id"), paid.Text("reference"));
        await Order(owner, line, marker, null);
    }

    private static async Task Edit(HttpClient owner, string address, object body)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = JsonContent.Create(body, options: Json.Options) };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        await (await owner.SendAsync(request, Ct)).IsOk<JsonElement>(Ct);
    }

    private static async Task<JsonElement> Order(HttpClient owner, object line, string marker, string? code) =>
        await (await owner.Post("/api/v1/orders", new
        {
            acceptedTerms = true,
            lines = new[] { line },
            buyer = new { name = marker, email = $"koper-{marker}@example.org" },
            vouchers = code is null ? null : new[] { code },
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);

    // Done and closed, so that nothing moves while tests compare.
    private const string AddRun = """
        insert into orders.refund_runs (org_id, run_id, subject_id, part_id, reason, actor, started_at, closes_at)
        values (@orgId, @runId, @eventId, '00000000-0000-0000-0000-000000000000', @marker, 'tests', @now, @now);
        insert into orders.refund_run_orders (org_id, run_id, order_id, state, outcome, currency, problem, updated_at)
        values (@orgId, @runId, @orderId, 'done', 'nothing', 'EUR', @marker, @now);
        """;
}
