using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Balie.Payments.Providers;

namespace Balie.Payments.Tests.Webhooks;

/// <summary>What providers tell us, and how: twice, early, out of order, for nobody we know.</summary>
public sealed class WebhookTests(BankApp app) : IClassFixture<BankApp>, IDisposable
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    public void Dispose() => app.Bank.Reset();

    private async Task<(Guid OrderId, Guid AttemptId)> Started()
    {
        var (orderId, attemptId) = await app.Open();
        await (await app.Http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { }, Ct)).IsOk<JsonElement>(Ct);
        return (orderId, attemptId);
    }

    private Task UntilTried(string key) =>
        PaymentsApp.Until(async () => await Kept("dedupe_key = @key and problem <> ''", new { key }) == 1, "it was tried");

    private Task<long> Kept(string where, object args) =>
        app.Db.One<long>($"select count(*) from payments.webhooks where org_id = @orgId and {where}", args, Ct);

    [Fact]
    public async Task A_hundred_copies_at_once_are_all_answered_and_have_one_effect()
    {
        var (orderId, attemptId) = await Started();
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        var key = $"evt:{attemptId}";

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => app.Tell(BankApp.About(attemptId, key))));
        await app.Until(attemptId, "captured");

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal("[accepted]", await answers[0].Content.ReadAsStringAsync(Ct));
        Assert.Equal(1, await Kept("dedupe_key = @key", new { key }));
        Assert.Equal(["Captured"], await app.Events(orderId));
    }

    [Fact]
    public async Task Many_that_only_say_look_are_done_by_a_few_looks()
    {
        var (orderId, attemptId) = await Started();
        var reference = BankApp.RefOf(attemptId);
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        var looks = app.Bank.Looks;

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => app.Tell(BankApp.About(attemptId))));
        await PaymentsApp.Until(
            async () => await Kept("provider_ref = @reference and state = 'done'", new { reference }) == 100, "all are done");

        Assert.InRange(app.Bank.Looks - looks, 1, 60);
        Assert.Equal(["Captured"], await app.Events(orderId));
    }

    [Fact]
    public async Task What_is_not_verified_is_refused_and_leaves_nothing()
    {
        var (orderId, attemptId) = await Started();
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        var before = await Kept("true", new { });

        var forged = await app.Http.PostAsJsonAsync($"/webhooks/fake/{app.AccountId}", new[] { BankApp.About(attemptId) }, Ct);
        var elsewhere = await app.Http.PostAsJsonAsync($"/webhooks/fake/{Guid.CreateVersion7()}", new { }, Ct);
        var other = await app.Http.PostAsJsonAsync($"/webhooks/sandbox/{app.AccountId}", new { }, Ct);

        Assert.Equal(
            [HttpStatusCode.Unauthorized, HttpStatusCode.NotFound, HttpStatusCode.NotFound],
            [forged.StatusCode, elsewhere.StatusCode, other.StatusCode]);
        Assert.Equal("", await forged.Content.ReadAsStringAsync(Ct));
        Assert.Equal(before, await Kept("true", new { }));
        Assert.Empty(await app.Events(orderId));
    }

    [Fact]
    public async Task A_body_larger_than_any_provider_sends_is_refused()
    {
        var body = new ByteArrayContent(new byte[300 * 1024]);

        using var answer = await app.Http.PostAsync($"/webhooks/fake/{app.AccountId}", body, Ct);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task One_that_comes_before_we_know_the_payment_waits_for_us()
    {
        var (orderId, attemptId) = await app.Open();
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        await app.Tell(BankApp.About(attemptId, $"early:{attemptId}"));
        await UntilTried($"early:{attemptId}");

        await (await app.Http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { }, Ct)).IsOk<JsonElement>(Ct);
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        await app.Until(attemptId, "captured");

        Assert.Equal(["Captured"], await app.Events(orderId));
    }

    [Fact]
    public async Task One_for_nobody_is_parked_after_a_day_and_can_be_replayed_by_staff()
    {
        var (_, attemptId) = await app.Open();
        var key = $"stray:{attemptId}";
        await app.Tell(BankApp.About(attemptId, key));
        await UntilTried(key);
        app.Clock.Advance(TimeSpan.FromHours(25));
        await PaymentsApp.Until(async () => await Kept("dedupe_key = @key and state = 'parked'", new { key }) == 1, "parked");
        var staff = app.As(Roles.Support);

        var parked = await (await staff.GetAsync("/api/v1/payments/webhooks?state=parked", Ct)).IsOk<JsonElement>(Ct);
        var id = parked.EnumerateArray().First(one => one.GetProperty("providerRef").GetString() == BankApp.RefOf(attemptId))
            .GetProperty("id").GetGuid();
        await app.Db.Run("""
            update payments.attempts
            set account_id = @AccountId, provider = 'fake', provider_ref = @reference
            where org_id = @orgId and attempt_id = @attemptId
            """, new { app.AccountId, reference = BankApp.RefOf(attemptId), attemptId }, Ct);
        Assert.Equal(HttpStatusCode.OK, (await staff.PostAsync($"/api/v1/payments/webhooks/{id}/replay", null, Ct)).StatusCode);
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));

        await app.Until(attemptId, "captured");
        await (await app.As(Roles.Door).GetAsync("/api/v1/payments/webhooks", Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await staff.PostAsync($"/api/v1/payments/webhooks/{Guid.CreateVersion7()}/replay", null, Ct))
            .IsRefused(HttpStatusCode.NotFound, "payments.webhook_not_found", Ct);
    }

    [Fact]
    public async Task One_that_comes_while_the_provider_is_away_is_done_when_it_is_back()
    {
        var (_, attemptId) = await Started();
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        app.Bank.Before = (_, _) => throw FakeBank.Away;
        await app.Tell(BankApp.About(attemptId, $"away:{attemptId}"));
        await UntilTried($"away:{attemptId}");

        app.Bank.Reset();
        app.Clock.Advance(TimeSpan.FromMinutes(1));

        await app.Until(attemptId, "captured");
    }

    [Fact]
    public async Task A_refund_told_of_before_its_capture_is_caught_up_with()
    {
        var (orderId, attemptId) = await Started();
        var refund = new RefundSnapshot("fr_1", null, RefundState.Succeeded, FakeBank.Euro(2500), null, "{}");
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500, refunded: 2500, refunds: refund));

        await Task.WhenAll(
            app.Tell(BankApp.About(attemptId, $"refund:{attemptId}")), app.Tell(BankApp.About(attemptId, $"capture:{attemptId}")));
        var attempt = await app.Until(attemptId, one => one.RefundedMinor == 2500);

        Assert.Equal(2500, attempt.CapturedMinor);
        Assert.Equal(["Captured", "RefundSucceeded"], await app.Events(orderId));
    }
}
