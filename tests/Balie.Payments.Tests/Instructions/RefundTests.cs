using System.Net.Http.Json;
using System.Text.Json;
using Balie.Payments.Providers;

namespace Balie.Payments.Tests.Instructions;

/// <summary>Money on its way back: asked for after the commit, once, and looked after until the provider says how it ended.</summary>
public sealed class RefundTests(BankApp app) : IClassFixture<BankApp>, IDisposable
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    public void Dispose() => app.Bank.Reset();

    private async Task<(Guid OrderId, Guid AttemptId)> Captured(long amount = 2500, Guid? order = null)
    {
        var orderId = order ?? await app.Order();
        var attemptId = (await app.OpenFor(orderId, amount)).AttemptId;
        await (await app.Http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { }, Ct)).IsOk<JsonElement>(Ct);
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: amount));
        await app.Sync.Run(TestCallers.Default, attemptId, new("test", "look"), Ct);
        return (orderId, attemptId);
    }

    [Fact]
    public async Task A_refund_larger_than_one_payment_is_shared_the_latest_first()
    {
        var (orderId, first) = await Captured(1000);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var (_, second) = await Captured(2000, orderId);
        var refundId = Guid.CreateVersion7();

        await app.Refund(refundId, orderId, 2600);
        await app.Until(first, attempt => attempt.RefundedMinor == 600);
        await app.Until(second, attempt => attempt.RefundedMinor == 2000);

        Assert.Equal([$"refund:{refundId}", $"refund:{refundId}:2"],
            app.Bank.Refunds.Keys.Where(key => key.Contains($"{refundId}", StringComparison.Ordinal)).Order());
        var parts = (await app.Heard(orderId)).Where(one => one.Event == "RefundSucceeded").ToArray();
        Assert.Equal(2600, parts.Sum(part => part.Amount));
        Assert.All(parts, part => Assert.Equal(refundId, part.RefundId));
    }

    [Fact]
    public async Task More_than_is_left_is_never_promised()
    {
        var (orderId, _) = await Captured(1000);
        await app.Refund(Guid.CreateVersion7(), orderId, 700);

        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Refund(Guid.CreateVersion7(), orderId, 301));
        await app.Refund(Guid.CreateVersion7(), orderId, 300);
    }

    [Fact]
    public async Task The_same_refund_asked_twice_is_one()
    {
        var (orderId, attemptId) = await Captured();
        var refundId = Guid.CreateVersion7();

        await app.Refund(refundId, orderId, 500);
        await app.Refund(refundId, orderId, 500);
        await app.Until(attemptId, attempt => attempt.RefundedMinor == 500);

        Assert.Single(await app.Instructions(attemptId));
    }

    [Fact]
    public async Task A_refund_whose_answer_was_lost_is_asked_again_under_its_key()
    {
        var (orderId, attemptId) = await Captured();
        var refundId = Guid.CreateVersion7();
        app.Bank.After = _ => throw FakeBank.Away;
        await app.Refund(refundId, orderId, 500);
        await PaymentsApp.Until(async () => (await app.Instructions(attemptId)) is [{ Tries: > 0 }], "tried");
        await PaymentsApp.Until(() => Task.FromResult(app.Bank.Refunds.ContainsKey($"refund:{refundId}")), "the bank has it");

        app.Bank.Reset();
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await app.Until(attemptId, attempt => attempt.RefundedMinor == 500);

        Assert.Single(await app.Instructions(attemptId));
        Assert.Equal(["Captured", "RefundSucceeded"], await app.Events(orderId));
    }

    [Fact]
    public async Task A_refund_that_is_refused_is_told_with_the_reason_and_no_money_moved()
    {
        var (orderId, attemptId) = await Captured();
        var refundId = Guid.CreateVersion7();
        app.Bank.Before = (call, _) => call == "refund"
            ? throw new ProviderRefusedException(Refused.Declined, "The account is closed.") : Task.CompletedTask;

        await app.Refund(refundId, orderId, 500);
        await PaymentsApp.Until(async () => (await app.Events(orderId)).Contains("RefundFailed"), "told");

        var told = (await app.Heard(orderId))[^1];
        Assert.Equal((refundId, 500L), (told.RefundId, told.Amount));
        Assert.Contains("The account is closed.", told.Reason, StringComparison.Ordinal);
        Assert.Equal((2500, 0), ((await app.Books(orderId))["provider:fake"], (await app.See(attemptId)).RefundedMinor));
    }

    [Fact]
    public async Task A_slow_refund_is_asked_about_until_it_ends_and_may_come_back()
    {
        var (orderId, attemptId) = await Captured();
        var refundId = Guid.CreateVersion7();
        var key = $"refund:{refundId}";
        app.Bank.RefundsAreFinal = false;
        await app.Refund(refundId, orderId, 500);
        await PaymentsApp.Until(async () => (await app.Instructions(attemptId)) is [{ State: "submitted" }], "submitted");

        app.Bank.Refunds[key] = app.Bank.Refunds[key] with { State = RefundState.Succeeded };
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        await app.Until(attemptId, attempt => attempt.RefundedMinor == 500);
        var returned = app.Bank.Refunds[key] with { State = RefundState.Failed, Reason = "Account unknown." };
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500, refunds: returned));
        await app.Tell(BankApp.About(attemptId, $"back:{attemptId}"));
        await app.Until(attemptId, attempt => attempt.RefundedMinor == 0);

        Assert.Equal(["Captured", "RefundSucceeded", "RefundReversed"], await app.Events(orderId));
        Assert.Equal("reversed", (await app.Instructions(attemptId)).Single().State);
        Assert.Equal(2500, (await app.Books(orderId))["provider:fake"]);
    }

    [Fact]
    public async Task Many_refunds_at_once_are_each_paid_once()
    {
        var orders = new List<(Guid OrderId, Guid AttemptId)>();
        for (var made = 0; made < 12; made++) orders.Add(await Captured(1000));

        await Task.WhenAll(orders.Select(order => app.Refund(Guid.CreateVersion7(), order.OrderId, 1000)));
        foreach (var (_, attemptId) in orders) await app.Until(attemptId, attempt => attempt.RefundedMinor == 1000);

        foreach (var (orderId, _) in orders) Assert.Equal(["Captured", "RefundSucceeded"], await app.Events(orderId));
    }
}
