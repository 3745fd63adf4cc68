using System.Net.Http.Json;
using System.Text.Json;
using Balie.Payments.Providers;

namespace Balie.Payments.Tests.Attempts;

/// <summary>The clock finds out what no webhook told.</summary>
public sealed class ReconcileTests(BankApp app) : IClassFixture<BankApp>, IDisposable
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    public void Dispose() => app.Bank.Reset();

    private async Task<(Guid OrderId, Guid AttemptId)> Started(TimeSpan? within = null)
    {
        var (orderId, attemptId) = await app.Open(within: within);
        await (await app.Http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { }, Ct)).IsOk<JsonElement>(Ct);
        return (orderId, attemptId);
    }

    private Task<bool> IsLookedAtAgain(Guid attemptId) => app.Db.One<bool>(
        "select next_poll_at is not null from payments.attempts where org_id = @orgId and attempt_id = @attemptId", new { attemptId }, Ct);

    [Fact]
    public async Task An_open_payment_is_looked_at_on_a_schedule_that_grows()
    {
        var (_, attemptId) = await Started(TimeSpan.FromHours(5));
        var started = app.Clock.GetUtcNow();
        var looked = new List<double>();

        for (var minutes = 0; minutes < 200; minutes++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(1));
            var before = (await app.See(attemptId)).Polls;
            await app.RunDueJobs(Ct);
            if ((await app.See(attemptId)).Polls > before) looked.Add((app.Clock.GetUtcNow() - started).TotalMinutes);
        }

        Assert.Equal([2, 10, 30, 90, 150], looked);
    }

    [Fact]
    public async Task A_payment_whose_webhook_was_lost_is_found()
    {
        var (orderId, attemptId) = await Started();
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));

        app.Clock.Advance(TimeSpan.FromMinutes(2));
        await app.RunDueJobs(Ct);

        Assert.Equal("captured", (await app.See(attemptId)).State);
        Assert.Equal(["Captured"], await app.Events(orderId));
        Assert.False(await IsLookedAtAgain(attemptId));
    }

    [Fact]
    public async Task A_provider_that_is_away_is_asked_again_soon()
    {
        var (_, attemptId) = await Started();
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        app.Bank.Before = (_, _) => throw FakeBank.Away;

        app.Clock.Advance(TimeSpan.FromMinutes(2));
        await app.RunDueJobs(Ct);
        Assert.Equal("created", (await app.See(attemptId)).State);
        app.Bank.Reset();
        app.Clock.Advance(TimeSpan.FromMinutes(6));
        await app.RunDueJobs(Ct);

        Assert.Equal("captured", (await app.See(attemptId)).State);
    }

    [Fact]
    public async Task What_nobody_began_to_pay_lapses_when_its_time_is_up_and_nobody_is_asked()
    {
        var (orderId, attemptId) = await app.Open(within: TimeSpan.FromMinutes(15));

        app.Clock.Advance(TimeSpan.FromMinutes(16));
        await app.RunDueJobs(Ct);

        var attempt = await app.See(attemptId);
        Assert.Equal(("expired", (string?)null), (attempt.State, attempt.ProviderRef));
        Assert.Equal(["Expired"], await app.Events(orderId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_begun_has_an_hour_more_and_money_that_comes_later_still_counts(bool canBeAsked)
    {
        var (orderId, attemptId) = await Started(TimeSpan.FromMinutes(15));
        app.Bank.CanBeAsked = canBeAsked;

        for (var minutes = 0; minutes < 60; minutes += 10)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(10));
            await app.RunDueJobs(Ct);
        }
        Assert.Equal("created", (await app.See(attemptId)).State);
        for (var minutes = 0; minutes < 60; minutes += 10)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(10));
            await app.RunDueJobs(Ct);
        }
        Assert.Equal("expired", (await app.See(attemptId)).State);
        app.Bank.CanBeAsked = true;
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        await app.Tell(BankApp.About(attemptId));
        await app.Until(attemptId, "captured");

        Assert.Equal(["Expired", "Captured"], await app.Events(orderId));
    }
}
