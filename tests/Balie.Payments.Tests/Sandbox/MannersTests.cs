using Balie.Payments.ProviderAccounts;
using Balie.Payments.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Payments.Tests.Sandbox;

/// <summary>What the sandbox does as others do, and the table of all providers cannot show: it insists, and may refuse.</summary>
public sealed class MannersTests(PaymentsApp app) : IClassFixture<PaymentsApp>
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    [Fact]
    public async Task A_webhook_that_found_the_door_shut_comes_again()
    {
        var (orderId, attemptId) = await app.Open();
        var reference = await app.Start(attemptId);
        await using (var rival = await app.Rival())
        {
            await rival.Run("lock table payments.webhooks in exclusive mode");
            await app.Outcome(reference, "paid");
            await PaymentsApp.Until(async () => await Delivery(reference) is { Tries: 1, Answer: "503" }, "the webhook to be sent away");
            Assert.Equal("created", (await app.See(attemptId)).State);
        }

        app.Clock.Advance(TimeSpan.FromSeconds(5));
        await app.Until(attemptId, "captured");

        Assert.Equal(["Captured"], await app.Events(orderId));
        await PaymentsApp.Until(async () => await Delivery(reference) is { Tries: 2, Answer: "200" }, "the webhook to be taken");
    }

    [Fact]
    public async Task A_refund_that_it_refuses_is_told_once_and_moves_no_money()
    {
        var (orderId, attemptId) = await app.Paid(2500);
        await Behave(attemptId, SandboxSettings.Fail);
        var refundId = Guid.CreateVersion7();

        await app.Refund(refundId, orderId, 1000);
        await PaymentsApp.Until(async () => (await app.Events(orderId)).Length == 2, "the refund to be refused");
        await Behave(attemptId, SandboxSettings.Instant);

        var last = (await app.Heard(orderId))[^1];
        Assert.Equal(("RefundFailed", 1000L, refundId), (last.Event, last.Amount, last.RefundId));
        Assert.Equal(0, (await app.See(attemptId)).RefundedMinor);
        Assert.Equal(2500, (await app.Books(orderId))["provider:sandbox"]);
    }

    [Fact]
    public async Task What_was_given_back_already_no_bank_can_take_back()
    {
        var (orderId, attemptId) = await app.Paid(2500);
        var reference = (await app.See(attemptId)).ProviderRef ?? "";
        await app.Refund(Guid.CreateVersion7(), orderId, 2500);
        await app.Until(attemptId, attempt => attempt.RefundedMinor == 2500);

        await app.Outcome(reference, "charged_back", System.Net.HttpStatusCode.Conflict);

        Assert.Equal(0, (await app.Books(orderId))["provider:sandbox"]);
    }

    private sealed record Sent(int Tries, string Answer);

    private Task<Sent?> Delivery(string reference) => app.Db.One<Sent>("""
        select tries, answer
        from payments.sandbox_deliveries
        where org_id = @orgId and body like '%' || @reference || '%'
        """, new { reference }, Ct);

    private async Task Behave(Guid attemptId, string refunds)
    {
        var accountId = (await app.See(attemptId)).AccountId ?? Guid.Empty;
        var book = app.Services.GetRequiredService<AccountBook>();
        var account = await book.Find(app.Db.OrgId, accountId, Ct) ?? throw new InvalidOperationException("No account.");
        var settings = book.Close(accountId, (SandboxSettings.Read(account.Settings) with { Refunds = refunds }).Write());
        await app.ChangeAccounts(
            "update payments.accounts set settings = @settings where org_id = @orgId and account_id = @accountId",
            new { accountId, settings });
    }
}
