namespace Balie.Payments.Tests.Sandbox;

/// <summary>From a payment link to money, and back again, with the sandbox as the provider: over HTTP, webhooks included.</summary>
public sealed class PurchaseTests(PaymentsApp app) : IClassFixture<PaymentsApp>
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    [Fact]
    public async Task A_payment_that_succeeds_is_captured_by_its_webhook_and_told_once()
    {
        var (orderId, attemptId) = await app.Open(2500);
        var reference = await app.Start(attemptId);

        await app.Outcome(reference, "paid");
        var attempt = await app.Until(attemptId, "captured");

        Assert.Equal(2500, attempt.CapturedMinor);
        Assert.Equal("ideal", attempt.Method);
        Assert.Equal(["Captured"], await app.Events(orderId));
        var books = await app.Books(orderId);
        Assert.Equal((2500, -2500), (books["provider:sandbox"], books["customers"]));
    }

    [Fact]
    public async Task The_payment_page_sends_the_buyer_to_the_provider_and_back()
    {
        var (_, attemptId) = await app.Open();

        var sent = await app.Browser.GetAsync($"/pay/{attemptId}", Ct);
        Assert.Equal(303, (int)sent.StatusCode);
        var page = sent.Headers.Location!; // A redirect without a location would fail the next line anyway.
        Assert.Contains("Proefbetaling", await app.Browser.GetStringAsync(page, Ct), StringComparison.Ordinal);
        var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["outcome"] = "paid" });
        var back = await app.Browser.PostAsync($"{page}/outcome", form, Ct);

        Assert.Equal(303, (int)back.StatusCode);
        Assert.EndsWith($"/pay/{attemptId}/return", back.Headers.Location?.ToString(), StringComparison.Ordinal);
        Assert.Contains("Betaald, dank u wel", await app.Browser.GetStringAsync(back.Headers.Location, Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refund_is_paid_out_after_the_commit_and_told()
    {
        var (orderId, attemptId) = await app.Paid(2500);
        var refundId = Guid.CreateVersion7();

        await app.Refund(refundId, orderId, 1000);
        var attempt = await app.Until(attemptId, one => one.RefundedMinor == 1000);

        Assert.Equal("captured", attempt.State);
        var last = (await app.Heard(orderId))[^1];
        Assert.Equal(("RefundSucceeded", 1000L, refundId), (last.Event, last.Amount, last.RefundId));
        Assert.Equal(1500, (await app.Books(orderId))["provider:sandbox"]);
    }
}
