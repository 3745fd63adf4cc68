using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Balie.Payments.Instructions;
using Balie.Payments.ProviderAccounts;
using Balie.Payments.Providers;
using Balie.Payments.Sandbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Payments.Tests.ProviderAccounts;

/// <summary>
/// A database that came here without its seal.key: whatever needs an account's settings says what to do, waits, and goes on when they have
/// been entered again.
/// </summary>
public sealed class SealedAccountTests(BankApp app) : IClassFixture<BankApp>, IAsyncLifetime
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        app.Bank.Reset();
        await Enter(app.AccountId);
    }

    [Fact]
    public async Task A_payment_cannot_be_started_and_is_when_the_settings_are_entered_again()
    {
        var (_, attemptId) = await app.Open();
        await Lose(app.AccountId);

        await (await Start(attemptId)).IsRefused(HttpStatusCode.ServiceUnavailable, "payments.provider_misconfigured", Ct);
        Assert.Null((await app.See(attemptId)).AccountId);
        await Enter(app.AccountId);

        await (await Start(attemptId)).IsOk<JsonElement>(Ct);
    }

    [Theory]
    [InlineData("nl", "De organisator moet de betaaldienst opnieuw instellen.")]
    [InlineData("en", "The organiser has to set up payments again.")]
    public async Task The_buyer_is_told_on_a_page(string locale, string sentence)
    {
        var (_, attemptId) = await app.Open(locale: locale);
        await Lose(app.AccountId);

        using var answer = await app.Browser.GetAsync($"/pay/{attemptId}", Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains(sentence, await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Staff_see_which_account_it_is_and_can_do_with_it_what_they_always_can()
    {
        var owner = app.As(Roles.Owner, orgId: Guid.CreateVersion7());
        var (good, lost) = (await BankApp.Account(owner, "Goed"), await BankApp.Account(owner, "Weg", position: 1));
        await Lose(lost);

        var accounts = (await (await owner.GetAsync("/api/v1/payments/accounts", Ct)).IsOk<JsonElement>(Ct)).EnumerateArray().ToArray();
        var tested = await (await owner.PostAsync($"/api/v1/payments/accounts/{lost}/test", null, Ct)).IsOk<JsonElement>(Ct);
        var renamed = await (await Edit(owner, lost, new { name = "Nog steeds weg", isLive = true })).IsOk<JsonElement>(Ct);
        var entered = await (await Edit(owner, lost, Whole)).IsOk<JsonElement>(Ct);

        Assert.Equal([good, lost], accounts.Select(account => account.GetProperty("id").GetGuid()));
        Assert.Equal(("••••cdef", null), Shown(accounts[0]));
        Assert.Equal((null, AccountSealedException.What), Shown(accounts[1]));
        Assert.Equal((false, AccountSealedException.What),
            (tested.GetProperty("works").GetBoolean(), tested.GetProperty("message").GetString()));
        Assert.Equal((null, AccountSealedException.What), Shown(renamed));
        Assert.Equal(("••••3210", null), Shown(entered));
        Assert.Equal(HttpStatusCode.OK, (await owner.DeleteAsync($"/api/v1/payments/accounts/{lost}", Ct)).StatusCode);
    }

    [Fact]
    public async Task Another_account_takes_the_payments_meanwhile_and_never_one_for_trying()
    {
        var orgId = Guid.CreateVersion7();
        var owner = app.As(Roles.Owner, orgId: orgId);
        var lost = await BankApp.Account(owner, "Eerste", methods: [new { method = "first", label = "Eerste" }]);
        await BankApp.Account(owner, "Proef", isLive: false, methods: [new { method = "trial", label = "Proef" }]);
        await Lose(lost);
        Assert.Empty(await Methods(owner));

        await BankApp.Account(owner, "Tweede", position: 9, methods: [new { method = "second", label = "Tweede" }]);
        Assert.Equal(["second"], await Methods(owner));
    }

    [Fact]
    public async Task A_webhook_that_cannot_be_verified_is_to_be_sent_again()
    {
        var (orderId, attemptId) = await Started();
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        await Lose(app.AccountId);

        using var unheard = await app.Tell(BankApp.About(attemptId, $"sealed:{attemptId}"));
        await Enter(app.AccountId);
        using var heard = await app.Tell(BankApp.About(attemptId, $"sealed:{attemptId}"));
        await app.Until(attemptId, "captured");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (unheard.StatusCode, heard.StatusCode));
        Assert.Equal(["Captured"], await app.Events(orderId));
    }

    [Fact]
    public async Task The_clock_looks_at_everybody_elses_payments_and_at_these_every_hour()
    {
        var other = await BankApp.Account(app.As(Roles.Owner), "Andere", position: 5);
        var (_, sealedIn) = await Started();
        await Lose(app.AccountId);
        var (_, elsewhere) = await Started();
        Assert.Equal(other, (await app.See(elsewhere)).AccountId);
        foreach (var attemptId in (Guid[])[sealedIn, elsewhere])
            app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));

        app.Clock.Advance(TimeSpan.FromMinutes(2));
        await app.RunDueJobs(Ct);
        Assert.Equal(("created", "captured"), ((await app.See(sealedIn)).State, (await app.See(elsewhere)).State));
        Assert.Equal(TimeSpan.FromHours(1), await app.Db.One<DateTimeOffset>(
            "select next_poll_at from payments.attempts where org_id = @orgId and attempt_id = @sealedIn", new { sealedIn }, Ct)
            - app.Clock.GetUtcNow());
        await Enter(app.AccountId);
        app.Clock.Advance(TimeSpan.FromHours(1));
        await app.RunDueJobs(Ct);

        Assert.Equal("captured", (await app.See(sealedIn)).State);
        await app.As(Roles.Owner).DeleteAsync($"/api/v1/payments/accounts/{other}", Ct);
    }

    [Fact]
    public async Task Staff_who_want_to_know_now_are_told_why_not()
    {
        var (_, attemptId) = await Started();
        await Lose(app.AccountId);

        await (await app.As(Roles.Support).PostAsync($"/api/v1/payments/{attemptId}/sync", null, Ct))
            .IsRefused(HttpStatusCode.ServiceUnavailable, "payments.provider_misconfigured", Ct);
        Assert.Equal(HttpStatusCode.OK, (await app.Browser.GetAsync($"/pay/{attemptId}/return", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_refund_waits_however_long_it_takes_and_is_made_then()
    {
        var (orderId, attemptId) = await Started();
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2500));
        await app.Sync.Run(TestCallers.Default, attemptId, new("test", "look"), Ct);
        await Lose(app.AccountId);

        await app.Refund(Guid.CreateVersion7(), orderId, 500);
        for (var hour = 0; hour < 30; hour++)
        {
            await app.Workers.RunDue(Ct);
            app.Clock.Advance(TimeSpan.FromHours(1));
        }
        var waiting = Assert.Single(await app.Instructions(attemptId));
        Assert.Equal((RefundStates.Requested, 0), (waiting.State, waiting.Tries));
        var seen = await (await app.As(Roles.Support).GetAsync($"/api/v1/payments/{attemptId}", Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal(AccountSealedException.What, seen.GetProperty("instructions")[0].GetProperty("problem").GetString());
        await Enter(app.AccountId);
        await app.Workers.RunDue(Ct);

        await app.Until(attemptId, attempt => attempt.RefundedMinor == 500);
        Assert.Equal(["Captured", "RefundSucceeded"], await app.Events(orderId));
    }

    [Fact]
    public async Task The_sandbox_says_so_as_well()
    {
        var orgId = Guid.CreateVersion7();
        var owner = app.As(Roles.Owner, orgId: orgId);
        await Methods(owner);
        var accounts = await (await owner.GetAsync("/api/v1/payments/accounts", Ct)).IsOk<JsonElement>(Ct);
        var sandbox = accounts[0].GetProperty("id").GetGuid();
        await app.Services.GetRequiredService<SandboxProvider>().CreatePayment(
            new ProviderAccount(orgId, sandbox, SandboxProvider.ProviderName, false, default, null),
            new CreatePayment(
                Guid.CreateVersion7(), "T1", FakeBank.Euro(2500), "Hamlet", "https://x.example", "https://x.example", false,
                app.Clock.GetUtcNow() + TimeSpan.FromHours(1), "nl", null, $"{orgId}"), Ct);
        var reference = await app.SystemDb.As(orgId).One<string>(
            "select payment_ref from payments.sandbox_payments where org_id = @orgId", null, Ct);
        await app.Outcome(reference ?? "", "slow");
        await Lose(sandbox);
        app.Clock.Advance(SandboxPayment.SlowFor);
        await UntilAnswered(AccountSealedException.What);

        await (await app.Http.PostAsJsonAsync($"/sandbox/payments/{reference}/outcome", new { outcome = "charged_back" }, Ct))
            .IsRefused(HttpStatusCode.ServiceUnavailable, "payments.provider_misconfigured", Ct);
        var settings = new { secrets = (string[])["0123456789abcdef"] };
        await (await Edit(owner, sandbox, new { name = "Sandbox", isLive = false, settings })).IsOk<JsonElement>(Ct);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await UntilAnswered("200");
        await app.Outcome(reference ?? "", "charged_back");

        Task UntilAnswered(string answer) => PaymentsApp.Until(() => app.SystemDb.As(orgId).One<bool>(
            "select exists (select from payments.sandbox_deliveries where org_id = @orgId and answer = @answer)",
            new { answer }, Ct), answer);
    }

    private static object Whole => new { name = "Bank", isLive = true, settings = new { key = "live_9876543210" } };

    private static (string? Key, string? Problem) Shown(JsonElement account) => (
        account.GetProperty("settings") is { ValueKind: JsonValueKind.Object } settings ? settings.GetProperty("key").GetString() : null,
        account.GetProperty("problem").GetString());

    private static async Task<string[]> Methods(HttpClient client) =>
        [.. (await (await client.GetAsync("/api/v1/payments/methods", Ct)).IsOk<JsonElement>(Ct))
            .EnumerateArray().Select(one => one.GetProperty("method").GetString() ?? "")];

    private static Task<HttpResponseMessage> Edit(HttpClient owner, Guid accountId, object body)
    {
        var account = $"/api/v1/payments/accounts/{accountId}";
        var request = new HttpRequestMessage(HttpMethod.Put, account) { Content = JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        return owner.SendAsync(request, Ct);
    }

    private async Task Enter(Guid accountId) => await (await Edit(app.As(Roles.Owner), accountId, Whole)).IsOk<JsonElement>(Ct);

    // As if it had been sealed by another installation.
    private async Task Lose(Guid accountId)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var elsewhere = new Seal(new ConfigurationBuilder().AddInMemoryCollection([new("Balie:SealKey", key)]).Build());
        var settings = elsewhere.Close($"payments.accounts:{accountId}", """{"key":"live_0123456789abcdef"}"""u8);
        var orgId = await app.SystemDb.Everywhere.One<Guid>(
            "update payments.accounts set settings = @settings where account_id = @accountId returning org_id",
            new { settings, accountId }, Ct);
        app.Services.GetRequiredService<AccountBook>().Forget(orgId);
    }

    private async Task<(Guid OrderId, Guid AttemptId)> Started()
    {
        var (orderId, attemptId) = await app.Open();
        await (await Start(attemptId)).IsOk<JsonElement>(Ct);
        return (orderId, attemptId);
    }

    private Task<HttpResponseMessage> Start(Guid attemptId) =>
        app.Http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { }, Ct);
}
