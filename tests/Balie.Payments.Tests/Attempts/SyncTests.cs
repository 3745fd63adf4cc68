using System.Net.Http.Json;
using System.Text.Json;
using Balie.Payments.Pages;
using Balie.Payments.Providers;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Payments.Tests.Attempts;

/// <summary>What a payment becomes, whatever order the news comes in.</summary>
public sealed class SyncTests(BankApp app) : IClassFixture<BankApp>, IDisposable
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    public void Dispose() => app.Bank.Reset();

    private async Task<(Guid OrderId, Guid AttemptId)> Started(long amount = 2500, bool captureLater = false)
    {
        var (orderId, attemptId) = await app.Open(amount, captureLater: captureLater);
        var answer = await app.Http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { }, Ct);
        await answer.IsOk<JsonElement>(Ct);
        return (orderId, attemptId);
    }

    private async Task Look(Guid attemptId, PaymentSnapshot snapshot)
    {
        app.Has(attemptId, snapshot);
        await app.Sync.Run(TestCallers.Default, attemptId, new("test", "look"), Ct);
    }

    [Fact]
    public async Task A_success_after_a_failure_wins_and_a_failure_after_a_success_is_noted_and_ignored()
    {
        var (orderId, attemptId) = await Started();

        await Look(attemptId, FakeBank.Snapshot(AttemptState.Failed));
        await Look(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        await Look(attemptId, FakeBank.Snapshot(AttemptState.Failed, captured: 2500));

        Assert.Equal("captured", (await app.See(attemptId)).State);
        Assert.Equal(["Failed", "Captured"], await app.Events(orderId));
        var log = await app.Db.Many<string>(
            "select what from payments.attempt_log where org_id = @orgId and attempt_id = @attemptId order by step", new { attemptId }, Ct);
        Assert.Equal("ignored", log[^1]);
    }

    [Fact]
    public async Task The_same_news_any_number_of_times_at_once_has_one_effect()
    {
        var (orderId, attemptId) = await Started();
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));

        await Parallel.ForAsync(0, 12, Ct, async (_, ct) =>
            await app.Sync.Run(TestCallers.Default, attemptId, new("test", "look"), ct));

        Assert.Equal(["Captured"], await app.Events(orderId));
        Assert.Equal(2500, (await app.Books(orderId))["provider:fake"]);
    }

    [Fact]
    public async Task A_change_waits_for_whoever_has_the_order()
    {
        var (orderId, attemptId) = await Started();
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        await using var rival = await app.Rival();
        await rival.Run("select from fake_orders.orders where order_id = @orderId for update", new { orderId });

        var late = app.Sync.Run(TestCallers.Default, attemptId, new("test", "look"), Ct);
        await rival.UntilSomeoneWaits();
        Assert.Equal("created", (await app.See(attemptId)).State);
        await rival.Commit();

        Assert.Equal(AttemptState.Captured, await late);
    }

    [Fact]
    public async Task Money_that_comes_in_parts_is_counted_part_by_part()
    {
        var (orderId, attemptId) = await Started(3000, captureLater: true);

        await Look(attemptId, FakeBank.Snapshot(AttemptState.Authorised, authorised: 3000));
        await Look(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 1000, authorised: 3000));
        await Look(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 3000, authorised: 3000));

        var heard = await app.Heard(orderId);
        Assert.Equal([("Authorised", 3000L), ("Captured", 1000L), ("Captured", 2000L)], heard.Select(one => (one.Event, one.Amount)));
        Assert.Equal(-3000, (await app.Books(orderId))["customers"]);
    }

    [Fact]
    public async Task What_was_missed_is_caught_up_with_in_one_look()
    {
        var (orderId, attemptId) = await Started();
        var refund = new RefundSnapshot("fr_hand", null, RefundState.Succeeded, FakeBank.Euro(500), null, "{}");

        await Look(attemptId,
            FakeBank.Snapshot(AttemptState.ChargedBack, captured: 2500, refunded: 500, chargedBack: 2000, refunds: refund));
        await Look(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500, refunded: 500, refunds: refund));

        Assert.Equal(["Captured", "RefundSucceeded", "ChargedBack", "ChargebackReversed"], await app.Events(orderId));
        var attempt = await app.See(attemptId);
        Assert.Equal(("captured", 2500L), (attempt.State, attempt.CapturedMinor));
        Assert.Equal((500L, 0L), (attempt.RefundedMinor, attempt.ChargedBackMinor));
        var books = await app.Books(orderId);
        Assert.Equal((2000L, -2000L), (books["provider:fake"], books["customers"]));
    }

    [Fact]
    public async Task A_provider_that_cannot_be_asked_is_believed_once_per_verified_event()
    {
        app.Bank.CanBeAsked = false;
        var (orderId, attemptId) = await Started();
        var claimed = new ClaimedChange(AttemptState.Captured, null, null, null, FakeBank.Euro(2500), "ideal", null);
        var key = $"captured:{attemptId}";

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.Tell(BankApp.About(attemptId, key, claimed))));
        var attempt = await app.Until(attemptId, "captured");

        Assert.Equal(2500, attempt.CapturedMinor);
        Assert.Equal(["Captured"], await app.Events(orderId));
    }

    [Fact]
    public async Task Authorised_money_is_taken_when_the_order_says_so()
    {
        var (orderId, attemptId) = await Started(captureLater: true);
        await Look(attemptId, FakeBank.Snapshot(AttemptState.Authorised, authorised: 2500));

        await app.Act(orderId, async tx => { await app.Payments.Capture(tx, orderId, Ct); return true; });
        await app.Until(attemptId, "captured");

        Assert.Equal(["Authorised", "Captured"], await app.Events(orderId));
    }

    [Fact]
    public async Task Totals_say_what_came_in_what_goes_out_and_where_to_pay()
    {
        var (paid, attemptId) = await Started();
        await Look(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        app.Bank.RefundsAreFinal = false;
        await app.Refund(Guid.CreateVersion7(), paid, 700);
        var (open, openId) = await app.Open(900);
        var (busy, busyId) = await Started();
        await Look(busyId, FakeBank.Snapshot(AttemptState.Pending));

        var totals = (await app.Payments.Totals(app.Db, [paid, open, busy, Guid.CreateVersion7()], Ct)).ToDictionary(one => one.OrderId);

        Assert.Equal(3, totals.Count);
        Assert.Equal((2500, 0, 700), (totals[paid].Captured.Amount, totals[paid].Refunded.Amount, totals[paid].Refunding.Amount));
        Assert.Null(totals[paid].PaymentUrl);
        Assert.Equal(app.Services.GetRequiredService<PayLinks>().Of(openId), totals[open].PaymentUrl);
        Assert.Equal((false, true), (totals[open].IsPending, totals[busy].IsPending));
    }
}
