using System.Net;
using System.Text.Json;

namespace Balie.Tests.Routes;

/// <summary>What an organisation has of payments: an account, a payment that was begun, a row of everything that comes of one.</summary>
internal static class PaymentEstate
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task Make(WholeProduct app, HttpClient owner, string marker, Dictionary<string, string> ids)
    {
        ids["accountId"] = (await (await owner.Post("/api/v1/payments/accounts",
            new { provider = "sandbox", name = marker, isLive = false }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct)).Text("id");
        await (await owner.Post("/api/v1/payments/payouts", new
        {
            provider = "sandbox",
            amount = Given.Price(1500),
            paidOn = "2026-01-02",
            reference = marker,
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);

        var order = await (await owner.Post("/api/v1/orders", new
        {
            acceptedTerms = true,
            lines = new[] { new { kind = "tickets", offer = new { eventId = ids["eventId"], quantity = 1 } } },
            buyer = new { name = marker, email = $"betaler-{marker}@example.org" },
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        (ids["paymentOrderId"], ids["attemptId"]) = (order.Text("id"), new Uri(order.Text("paymentUrl")).Segments[^1]);
        var started = await (await owner.Post($"/api/v1/payments/{ids["attemptId"]}/start", new { }, Ct)).IsOk<JsonElement>(Ct);
        ids["reference"] = started.Text("redirectUrl").Split('/')[^1];
        await app.SystemDb.As(Guid.Parse(ids["organisationId"])).Transact(tx => tx.Run(AddWhatFollows, new
        {
            accountId = Guid.Parse(ids["accountId"]),
            attemptId = Guid.Parse(ids["attemptId"]),
            // Webhooks in and out go by the same name in addresses, so one id stands for both.
            webhookId = Guid.Parse(ids["webhookId"]),
            orderId = Guid.Parse(ids["paymentOrderId"]),
            instructionId = tx.NewId(),
            reference = ids["reference"],
            refund = "sr_" + marker.ToLowerInvariant().PadRight(24, 'x')[..24],
            tx.Now,
        }, Ct), Ct);
    }

    // All of it ended, so that nothing moves while tests compare.
    private const string AddWhatFollows = """
        insert into payments.instructions (
            org_id, instruction_id, attempt_id, order_id, kind, amount_minor, currency, state, created_at, updated_at)
        values (@orgId, @instructionId, @attemptId, @orderId, 'void', 1500, 'EUR', 'failed', @now, @now);
        insert into payments.webhooks (
            org_id, webhook_id, account_id, provider, kind, headers, body, event, state, received_at)
        values (@orgId, @webhookId, @accountId, 'sandbox', 'payment.paid', '{}', '', '{}', 'parked', @now);
        insert into payments.sandbox_refunds (org_id, refund_ref, payment_ref, refund_id, amount_minor, status, created_at)
        values (@orgId, @refund, @reference, @instructionId, 100, 'failed', @now);
        insert into payments.sandbox_deliveries (org_id, delivery_id, account_id, body, created_at)
        values (@orgId, @instructionId, @accountId, '{}', @now);
        """;
}
