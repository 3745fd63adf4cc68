using System.Net;
using System.Text;
using System.Text.Json;
using Balie.Payments.ProviderAccounts;
using Balie.Payments.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Payments.Tests.Sandbox;

/// <summary>The sandbox as a provider: every outcome, signatures, delays and duplicates.</summary>
public sealed class OutcomeTests(PaymentsApp app) : IClassFixture<PaymentsApp>
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    [Theory]
    [InlineData("failed", "failed", "Failed")]
    [InlineData("cancelled", "cancelled", "Cancelled")]
    [InlineData("expired", "expired", "Expired")]
    [InlineData("pending", "pending", "Pending")]
    public async Task Whatever_the_bank_does_becomes_known(string outcome, string state, string told)
    {
        var (orderId, attemptId) = await app.Open();

        await app.Outcome(await app.Start(attemptId), outcome);
        await app.Until(attemptId, state);

        Assert.Equal([told], await app.Events(orderId));
        Assert.Empty(await app.Books(orderId));
    }

    [Fact]
    public async Task A_slow_bank_pays_later_and_success_after_failure_counts()
    {
        var (orderId, attemptId) = await app.Open();
        var reference = await app.Start(attemptId);

        await app.Outcome(reference, "failed");
        await app.Until(attemptId, "failed");
        await app.Outcome(reference, "slow");
        app.Clock.Advance(TimeSpan.FromSeconds(11));
        await app.Until(attemptId, "captured");

        Assert.Equal(["Failed", "Captured"], await app.Events(orderId));
    }

    [Fact]
    public async Task A_success_after_the_order_let_go_still_arrives()
    {
        var (orderId, attemptId) = await app.Open();
        var reference = await app.Start(attemptId);
        await app.Act(orderId, async tx => { await app.Payments.Stop(tx, orderId, "expired", Ct); return true; });
        await app.Until(attemptId, "cancelled");

        await app.Outcome(reference, "paid");
        await app.Until(attemptId, "captured");

        Assert.Equal(["Cancelled", "Captured"], await app.Events(orderId));
    }

    [Fact]
    public async Task An_authorisation_is_captured_or_voided_by_the_order()
    {
        var (taken, first) = await app.Open(captureLater: true);
        var (left, second) = await app.Open(captureLater: true);
        foreach (var attemptId in (Guid[])[first, second])
        {
            await app.Outcome(await app.Start(attemptId), "authorised");
            await app.Until(attemptId, "authorised");
        }

        await app.Act(taken, async tx => { await app.Payments.Capture(tx, taken, Ct); return true; });
        await app.Act(left, async tx => { await app.Payments.Stop(tx, left, "given up", Ct); return true; });
        await app.Until(first, "captured");
        await app.Until(second, "voided");

        Assert.Equal(["Authorised", "Captured"], await app.Events(taken));
        Assert.Equal(["Authorised", "Voided"], await app.Events(left));
    }

    [Fact]
    public async Task A_chargeback_is_booked_listed_and_taken_back_when_it_is_won()
    {
        var (orderId, attemptId) = await app.Paid();
        var reference = (await app.See(attemptId)).ProviderRef ?? "";

        await app.Outcome(reference, "charged_back");
        await app.Until(attemptId, "charged_back");
        var listed = await (await app.As(Roles.Finance).GetAsync("/api/v1/payments/chargebacks?limit=100", Ct)).IsOk<JsonElement>(Ct);
        await app.Outcome(reference, "chargeback_reversed");
        await app.Until(attemptId, "captured");

        Assert.Contains(listed.EnumerateArray(), one => one.GetProperty("id").GetGuid() == attemptId);
        Assert.Equal(["Captured", "ChargedBack", "ChargebackReversed"], await app.Events(orderId));
        Assert.Equal((2500, 0), ((await app.Books(orderId))["provider:sandbox"], (await app.Books(orderId))["chargebacks"]));
    }

    [Fact]
    public async Task What_a_payment_can_no_longer_become_is_refused()
    {
        var (_, attemptId) = await app.Paid();
        var reference = (await app.See(attemptId)).ProviderRef ?? "";

        await app.Outcome(reference, "failed", HttpStatusCode.Conflict);
        await app.Outcome(reference, "rich", HttpStatusCode.UnprocessableEntity);
        await app.Outcome("sp_unknown", "paid", HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("unsigned")]
    [InlineData("other secret")]
    [InlineData("stale")]
    [InlineData("changed")]
    [InlineData("twice signed, once well")]
    [InlineData("good")]
    public async Task Only_what_is_signed_in_time_is_taken(string how)
    {
        var (_, attemptId) = await app.Open();
        await app.Start(attemptId);
        var accountId = (await app.See(attemptId)).AccountId ?? Guid.Empty;
        var book = app.Services.GetRequiredService<AccountBook>();
        var account = await book.FindAnywhere(accountId, Ct) ?? throw new InvalidOperationException("No account.");
        var ours = SandboxSettings.Read(account.Settings);
        var body = JsonSerializer.Serialize(
            new SandboxEvent($"evt_{Guid.CreateVersion7():n}", "payment.paid", "sp_x", attemptId, app.Clock.GetUtcNow()), Json.Options);
        var rotating = ours with { Secrets = ["an older secret of ours", .. ours.Secrets] };
        var signature = how switch
        {
            "unsigned" => null,
            "other secret" => SandboxSettings.New().Sign(body, app.Clock.GetUtcNow()),
            "stale" => ours.Sign(body, app.Clock.GetUtcNow() - TimeSpan.FromSeconds(301)),
            "twice signed, once well" => rotating.Sign(body, app.Clock.GetUtcNow()),
            _ => ours.Sign(body, app.Clock.GetUtcNow()),
        };
        var request = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/sandbox/{accountId}")
        {
            Content = new StringContent(how == "changed" ? body + " " : body, Encoding.UTF8, "application/json"),
        };
        if (signature is not null) request.Headers.TryAddWithoutValidation(SandboxProvider.SignatureHeader, signature);

        using var answer = await app.Http.SendAsync(request, Ct);

        Assert.Equal(how is "good" or "twice signed, once well" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task It_keeps_to_its_key_and_its_manners()
    {
        var (_, attemptId) = await app.Open();
        var reference = await app.Start(attemptId);
        var accountId = (await app.See(attemptId)).AccountId ?? Guid.Empty;
        var book = app.Services.GetRequiredService<AccountBook>();
        var sandbox = app.Services.GetRequiredService<SandboxProvider>();
        var found = await book.FindAnywhere(accountId, Ct) ?? throw new InvalidOperationException("No account.");
        var manners = SandboxSettings.Read(found.Settings) with { Refunds = "slow", DuplicateWebhooks = true };
        var account = found with { Settings = manners.Write() };
        await app.Outcome(reference, "paid");

        var refundId = Guid.CreateVersion7();
        var first = await sandbox.Refund(account, reference, refundId, new Money(500, "EUR"), "", $"refund:{refundId}", Ct);
        var again = await sandbox.Refund(account, reference, refundId, new Money(500, "EUR"), "", $"refund:{refundId}", Ct);

        Assert.Equal((first.Reference, false), (again.Reference, again.IsFinal));
        await app.Until(attemptId, attempt => attempt.CapturedMinor == 2500);
        app.Clock.Advance(TimeSpan.FromSeconds(11));
        await app.Until(attemptId, attempt => attempt.RefundedMinor == 500);
        Assert.Equal(2, await app.Db.One<long>("""
            select count(*)
            from payments.sandbox_deliveries
            where org_id = @orgId and body like '%refund%' and body like '%' || @reference || '%'
            """, new { reference }, Ct));
    }

    [Fact]
    public async Task Staff_see_everything_that_was_said_about_a_payment()
    {
        var (orderId, attemptId) = await app.Paid();
        var staff = app.As(Roles.Support);

        var list = await (await staff.GetAsync($"/api/v1/payments?orderId={orderId}", Ct)).IsOk<JsonElement>(Ct);
        var seen = await (await staff.GetAsync($"/api/v1/payments/{attemptId}", Ct)).IsOk<JsonElement>(Ct);
        var synced = await (await staff.PostAsync($"/api/v1/payments/{attemptId}/sync", null, Ct)).IsOk<JsonElement>(Ct);

        Assert.Equal(attemptId, list[0].GetProperty("id").GetGuid());
        var log = seen.GetProperty("log").EnumerateArray().ToArray();
        Assert.Contains(log, step => step.GetProperty("answer").GetString() is { Length: > 5 });
        Assert.Equal("captured", synced.GetProperty("state").GetString());
        await (await app.Http.GetAsync($"/api/v1/payments/{attemptId}", Ct))
            .IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct);
    }
}
