using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Balie.Payments.Providers;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Payments.Tests.Attempts;

/// <summary>Starting a payment: one payment at the provider whatever the buyer and the network do.</summary>
public sealed class StartTests(BankApp app) : IClassFixture<BankApp>, IDisposable
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    public void Dispose() => app.Bank.Reset();

    private Task<HttpResponseMessage> Start(Guid attemptId, string? method = null) =>
        app.Http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { method }, Ct);

    [Fact]
    public async Task Many_tabs_at_once_make_one_payment_and_all_go_there()
    {
        var (_, attemptId) = await app.Open();
        app.Bank.Before = (_, ct) => Task.Delay(150, ct);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Start(attemptId)));

        foreach (var answer in answers)
        {
            var started = await answer.IsOk<JsonElement>(Ct);
            Assert.Equal($"https://bank.example/{BankApp.RefOf(attemptId)}", started.GetProperty("redirectUrl").GetString());
        }
        Assert.Equal(1, app.Bank.MadeFor(attemptId));
    }

    [Theory]
    [InlineData("away")]
    [InlineData("slow")]
    public async Task A_provider_that_does_not_answer_leaves_the_order_payable(string how)
    {
        var (orderId, attemptId) = await app.Open();
        app.Bank.Before = (_, ct) => how == "slow" ? Task.Delay(TimeSpan.FromSeconds(30), ct) : throw FakeBank.Away;

        await (await Start(attemptId)).IsRefused(HttpStatusCode.ServiceUnavailable, "payments.provider_away", Ct);
        app.Bank.Reset();
        var again = await Start(attemptId);

        await again.IsOk<JsonElement>(Ct);
        Assert.Empty(await app.Events(orderId));
    }

    [Fact]
    public async Task No_transaction_is_open_while_the_provider_is_asked()
    {
        var (_, attemptId) = await app.Open();
        var open = -1L;
        app.Bank.Before = async (_, _) => open = await app.SystemDb.Everywhere.One<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'", null, Ct);

        await (await Start(attemptId)).IsOk<JsonElement>(Ct);

        Assert.Equal(0, open);
    }

    [Fact]
    public async Task Money_taken_while_the_answer_was_lost_is_found_under_the_same_key()
    {
        var (orderId, attemptId) = await app.Open();
        app.Bank.After = _ => throw FakeBank.Away;
        await (await Start(attemptId)).IsRefused(HttpStatusCode.ServiceUnavailable, "payments.provider_away", Ct);
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        app.Bank.Reset();

        app.Clock.Advance(TimeSpan.FromMinutes(3));
        await app.RunDueJobs(Ct);
        var attempt = await app.See(attemptId);

        Assert.Equal(("captured", 2500L), (attempt.State, attempt.CapturedMinor));
        Assert.Equal(1, app.Bank.MadeFor(attemptId));
        Assert.Equal(["Captured"], await app.Events(orderId));
    }

    [Fact]
    public async Task What_the_provider_refuses_can_be_tried_again_and_stands_in_the_log()
    {
        var (_, attemptId) = await app.Open();
        app.Bank.Before = (_, _) => throw new ProviderRefusedException(Refused.Invalid, "Not this one.");

        await (await Start(attemptId)).IsRefused(HttpStatusCode.Conflict, "payments.provider_refused", Ct);
        app.Bank.Reset();
        await (await Start(attemptId)).IsOk<JsonElement>(Ct);

        var seen = await (await app.As(Roles.Support).GetAsync($"/api/v1/payments/{attemptId}", Ct)).IsOk<JsonElement>(Ct);
        Assert.Contains("Not this one.", seen.GetProperty("log").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_keeps_failing_is_left_alone_for_a_moment()
    {
        var asked = 0;
        app.Bank.Before = (_, _) =>
        {
            asked++;
            throw FakeBank.Away;
        };
        for (var tried = 0; tried < 20; tried++)
        {
            var (_, failing) = await app.Open();
            await (await Start(failing)).IsRefused(HttpStatusCode.ServiceUnavailable, "payments.provider_away", Ct);
        }
        var before = asked;
        app.Bank.Reset();
        var (_, attemptId) = await app.Open();

        Assert.InRange(before, 1, 19);
        await PaymentsApp.Until(async () => (await Start(attemptId)).StatusCode == HttpStatusCode.OK, "the breaker closes again");
    }

    [Fact]
    public async Task A_method_must_be_one_of_those_on_offer()
    {
        var (_, attemptId) = await app.Open();

        var offered = await (await app.Http.GetAsync("/api/v1/payments/methods", Ct)).IsOk<JsonElement>(Ct);
        await (await Start(attemptId, "bitcoin")).IsRefused(HttpStatusCode.UnprocessableEntity, "payments.method_unknown", Ct);
        await (await Start(attemptId, "ideal")).IsOk<JsonElement>(Ct);

        Assert.Equal("iDEAL | Wero", offered[0].GetProperty("label").GetString());
    }

    [Fact]
    public async Task A_payment_that_was_lost_has_a_successor_while_the_order_can_be_paid()
    {
        var (orderId, attemptId) = await app.Open();
        await (await Start(attemptId)).IsOk<JsonElement>(Ct);
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Failed));
        await app.Tell(BankApp.About(attemptId));
        await app.Until(attemptId, "failed");

        var started = await (await Start(attemptId)).IsOk<JsonElement>(Ct);
        var next = started.GetProperty("attemptId").GetGuid();
        app.Has(next, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        await app.Tell(BankApp.About(next));
        await app.Until(next, "captured");

        Assert.NotEqual(attemptId, next);
        Assert.Equal(["Failed", "Captured"], await app.Events(orderId));
        await (await Start(attemptId)).IsRefused(HttpStatusCode.Conflict, "payments.payment_ended", Ct);
        await (await Start(next)).IsRefused(HttpStatusCode.Conflict, "payments.already_paid", Ct);
    }

    [Fact]
    public async Task What_the_order_stopped_cannot_be_started_and_what_was_started_is_taken_back()
    {
        var (early, first) = await app.Open();
        var (late, second) = await app.Open();
        await (await Start(second)).IsOk<JsonElement>(Ct);

        foreach (var orderId in (Guid[])[early, late])
            await app.Act(orderId, async tx => { await app.Payments.Stop(tx, orderId, "the order expired", Ct); return true; });

        await (await Start(first)).IsRefused(HttpStatusCode.Conflict, "payments.payment_ended", Ct);
        await (await Start(second)).IsRefused(HttpStatusCode.Conflict, "payments.payment_ended", Ct);
        await app.Until(second, "cancelled");
        Assert.Equal(AttemptState.Cancelled, app.Bank.Payments[BankApp.RefOf(second)].State);
        Assert.Equal(["Cancelled"], await app.Events(late));
    }

    [Fact]
    public async Task An_order_that_is_opened_again_has_the_same_payment_and_another_amount_another()
    {
        var orderId = await app.Order();

        var first = await app.OpenFor(orderId, 2500);
        var same = await app.OpenFor(orderId, 2500);
        var other = await app.OpenFor(orderId, 1000);

        Assert.Equal(first.AttemptId, same.AttemptId);
        Assert.NotEqual(first.AttemptId, other.AttemptId);
        Assert.Equal(first.PaymentUrl, same.PaymentUrl);
        var key = app.Services.GetRequiredService<Seal>().Sign($"payments.link:{first.AttemptId}");
        Assert.Equal($"{app.Address.ToString().TrimEnd('/')}/pay/{first.AttemptId}?key={key}", first.PaymentUrl);
        await (await Start(Guid.CreateVersion7())).IsRefused(HttpStatusCode.NotFound, "payments.payment_not_found", Ct);
    }
}
