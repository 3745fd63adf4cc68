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
        var tiers = new[] { new { untilHoursBefore = 1, shareBasisPoints = 1 } };
        await Edit(owner, "/api/v1/refund-policy", new { rules = new { tiers } });
        await Edit(owner, "/api/v1/invoice-settings", new { name = marker });
        var refundId = Guid.CreateVersion7();
        ids["refundId"] = refundId.ToString();
        await app.SystemDb.As(Guid.Parse(ids["organisationId"])).Transact(tx => tx.Run(AddRefund, new
        {
            refundId,
            subjectId = Guid.CreateVersion7(),
            orderId = paid.GetProperty("id").GetGuid(),
            lineId = paid.GetProperty("lines")[0].GetProperty("id").GetGuid(),
            marker,
            tx.Now,
        }, Ct), Ct);
        ids["orderOrReference"] = (await Order(owner, line, marker, null)).Text("reference");
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

    // Declined, so that nothing moves while tests compare.
    private const string AddRefund = """
        insert into orders.refunds (
            org_id, refund_id, order_id, kind, status, amount_minor, currency, reason, requested_by, requested_at, updated_at)
        values (@orgId, @refundId, @orderId, 'decided', 'declined', 100, 'EUR', @marker, 'tests', @now, @now);
        insert into orders.refund_lines (org_id, refund_id, line_id, quantity, amount_minor)
        values (@orgId, @refundId, @lineId, 1, 100);
        insert into orders.refund_history (org_id, refund_id, step, at, actor, from_status, to_status, reason)
        values (@orgId, @refundId, 1, @now, 'tests', 'proposed', 'declined', @marker);
        insert into orders.refund_runs (org_id, run_id, subject_id, part_id, reason, actor, started_at, closes_at)
        values (@orgId, @refundId, @subjectId, @subjectId, @marker, 'tests', @now, @now);
        insert into orders.refund_run_orders (org_id, run_id, order_id, state, outcome, currency, problem, updated_at)
        values (@orgId, @refundId, @orderId, 'done', 'nothing', 'EUR', @marker, @now);
        """;
}
