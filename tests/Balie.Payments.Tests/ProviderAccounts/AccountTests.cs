using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Balie.Payments.Providers;

namespace Balie.Payments.Tests.ProviderAccounts;

/// <summary>Accounts: kept sealed, shown masked, and chosen so that nobody pays real money into a trial or the other way round.</summary>
public sealed class AccountTests(BankApp app) : IClassFixture<BankApp>, IDisposable
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    public void Dispose() => app.Bank.Reset();

    private HttpClient Owner(Guid? orgId = null) => app.As(Roles.Owner, orgId: orgId);

    private static async Task<string[]> Methods(HttpClient client) =>
        [.. (await (await client.GetAsync("/api/v1/payments/methods", Ct)).IsOk<JsonElement>(Ct))
            .EnumerateArray().Select(one => $"{one.GetProperty("label")} {(one.GetProperty("isTest").GetBoolean() ? "test" : "live")}")];

    private static object[] Only(string method, string label) => [new { method, label }];

    [Fact]
    public async Task An_organisation_without_an_account_has_the_sandbox_with_ideal_first()
    {
        var owner = Owner(Guid.CreateVersion7());

        Assert.Equal("iDEAL | Wero test", (await Methods(owner))[0]);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Methods(owner)));

        var accounts = await (await owner.GetAsync("/api/v1/payments/accounts", Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal("sandbox", Assert.Single(accounts.EnumerateArray()).GetProperty("provider").GetString());
    }

    [Fact]
    public async Task A_live_account_goes_before_all_trial_accounts_whatever_their_place()
    {
        var owner = Owner(Guid.CreateVersion7());
        await BankApp.Account(owner, "Proef", isLive: false, position: 0, methods: Only("trial", "Trial"));
        Assert.Equal(["Trial test"], await Methods(owner));

        await BankApp.Account(owner, "Echt", isLive: true, position: 9, methods: Only("real", "Real"));

        Assert.Equal(["Real live"], await Methods(owner));
    }

    [Fact]
    public async Task Several_live_accounts_are_tried_in_their_order_and_one_that_is_disabled_is_not()
    {
        var owner = Owner(Guid.CreateVersion7());
        await BankApp.Account(owner, "B", position: 2, methods: [.. Only("b", "B"), .. Only("a", "Other A")]);
        await BankApp.Account(owner, "A", position: 1, methods: Only("a", "A"));
        await BankApp.Account(owner, "Off", position: 0, isEnabled: false, methods: Only("off", "Off"));

        Assert.Equal(["A live", "B live"], await Methods(owner));
    }

    [Fact]
    public async Task An_organisation_that_disabled_its_account_takes_no_payments_and_its_orders_stay()
    {
        var orgId = Guid.CreateVersion7();
        var owner = Owner(orgId);
        await BankApp.Account(owner, isEnabled: false);

        Assert.Empty(await Methods(owner));
        var (_, attemptId) = await app.Open();
        Assert.Equal(HttpStatusCode.OK, (await app.Browser.GetAsync($"/pay/{attemptId}/return", Ct)).StatusCode);
    }

    [Fact]
    public async Task Secrets_are_sealed_in_the_database_and_masked_everywhere_else()
    {
        var owner = Owner(Guid.CreateVersion7());
        var id = await BankApp.Account(owner);

        var shown = await (await owner.GetAsync($"/api/v1/payments/accounts/{id}", Ct)).IsOk<JsonElement>(Ct);
        var kept = await app.SystemDb.Everywhere.One<byte[]>(
            "select settings from payments.accounts where account_id = @id", new { id }, Ct);

        Assert.Equal("••••cdef", shown.GetProperty("settings").GetProperty("key").GetString());
        Assert.DoesNotContain("live_0123456789abcdef", Encoding.Latin1.GetString(kept ?? []), StringComparison.Ordinal);
        Assert.EndsWith($"/webhooks/fake/{id}", shown.GetProperty("webhookUrl").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_keeps_what_it_leaves_out_and_wants_the_version()
    {
        var owner = Owner(Guid.CreateVersion7());
        var id = await BankApp.Account(owner);
        async Task<HttpResponseMessage> Edit(object body, string? version)
        {
            var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/payments/accounts/{id}") { Content = JsonContent.Create(body) };
            if (version is not null) request.Headers.TryAddWithoutValidation("If-Match", version);
            return await owner.SendAsync(request, Ct);
        }

        var renamed = await (await Edit(new { name = "Nieuw", isLive = true }, "\"v1\"")).IsOk<JsonElement>(Ct);
        await (await Edit(new { name = "Te laat", isLive = true }, "\"v1\"")).IsRefused(
            HttpStatusCode.PreconditionFailed, "kernel.version_changed", Ct);
        await (await Edit(new { name = "Blind", isLive = true }, null)).IsRefused(
            HttpStatusCode.PreconditionRequired, "kernel.version_required", Ct);
        var wrong = await (await Edit(new { name = "", isLive = true, settings = new { } }, "*")).IsRefused(
            HttpStatusCode.UnprocessableEntity, "payments.settings_wrong", Ct);

        Assert.Equal("••••cdef", renamed.GetProperty("settings").GetProperty("key").GetString());
        Assert.Equal(3, renamed.GetProperty("methods").GetArrayLength());
        var fields = wrong.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString());
        Assert.Equal(["name", "settings.key"], fields);
    }

    [Theory]
    [InlineData("""{"provider":"nobody","name":"x","isLive":false,"settings":{}}""", 422, "payments.provider_unknown")]
    [InlineData("""{"provider":"sandbox","name":"x","isLive":true}""", 422, "payments.sandbox_is_not_live")]
    [InlineData("""{"provider":"fake","name":"x","isLive":true}""", 422, "payments.settings_wrong")]
    [InlineData("""{"provider":"sandbox","name":"x","isLive":false,"settings":{"secrets":[null]}}""", 422, "payments.settings_wrong")]
    [InlineData("""{"provider":"fake","name":"x","isLive":true,"settings":{"key":"k"},"methods":[null]}""", 422, "payments.settings_wrong")]
    [InlineData("""{"provider":"fake","name":"x","isLive":true,"settings":{"key":"\ud800"}}""", 400, "kernel.malformed")]
    [InlineData("""{"provider":"fake","name":"x","isLive":true,"settings":{"key":"\u0000"}}""", 400, "kernel.malformed")]
    [InlineData("""{"provider":"fake","name":"x","isLive":true,"settings":{"key":"k"},"methods":[{"method":"I D","label":""}]}""", 422,
        "payments.settings_wrong")]
    public async Task What_cannot_work_is_refused(string body, int status, string code)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/payments/accounts")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", $"{Guid.CreateVersion7()}");

        await (await Owner(Guid.CreateVersion7()).SendAsync(request, Ct)).IsRefused((HttpStatusCode)status, code, Ct);
    }

    [Fact]
    public async Task A_test_of_the_connection_says_what_is_wrong()
    {
        async Task<(bool, string?)> Test()
        {
            var answer = await Owner().PostAsync($"/api/v1/payments/accounts/{app.AccountId}/test", null, Ct);
            var tested = await answer.IsOk<JsonElement>(Ct);
            return (tested.GetProperty("works").GetBoolean(), tested.GetProperty("message").GetString());
        }

        Assert.Equal((true, "The provider answered and knows us."), await Test());
        app.Bank.Before = (_, _) => throw new ProviderRefusedException(Refused.Account, "The key is wrong.");
        Assert.Equal((false, "The key is wrong."), await Test());
        app.Bank.Before = (_, _) => throw FakeBank.Away;
        Assert.Equal((false, "The fake bank is closed."), await Test());
    }

    [Fact]
    public async Task An_account_with_open_payments_stays_and_only_owners_touch_any()
    {
        var owner = Owner();
        var (_, attemptId) = await app.Open();
        await (await app.Http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { }, Ct)).IsOk<JsonElement>(Ct);
        var spare = await BankApp.Account(owner, isEnabled: false);

        await (await owner.DeleteAsync($"/api/v1/payments/accounts/{app.AccountId}", Ct))
            .IsRefused(HttpStatusCode.Conflict, "payments.account_in_use", Ct);
        Assert.Equal(HttpStatusCode.OK, (await owner.DeleteAsync($"/api/v1/payments/accounts/{spare}", Ct)).StatusCode);
        await (await owner.GetAsync($"/api/v1/payments/accounts/{spare}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "payments.account_not_found", Ct);
        await (await app.As(Roles.Finance).DeleteAsync($"/api/v1/payments/accounts/{app.AccountId}", Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await Owner(Guid.CreateVersion7()).GetAsync($"/api/v1/payments/accounts/{app.AccountId}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "payments.account_not_found", Ct);
    }
}
