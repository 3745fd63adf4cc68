using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Balie.Payments.ProviderAccounts;
using Balie.Payments.Sandbox;
using Balie.Testing.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Payments.Tests.Providers;

/// <summary>
/// The sandbox, whose page is used as a buyer uses it, and whose books are its own tables. It posts its webhooks itself; what is to be held
/// it is told to post tomorrow, and is taken out of its post until then.
/// </summary>
internal sealed class SandboxSide : IProviderSide
{
    private const int Tomorrow = 3_600;
    private readonly ProvidersApp _app;
    private readonly SandboxSettings _settings = SandboxSettings.New() with { Refunds = SandboxSettings.Slow };

    private SandboxSide(ProvidersApp app, Guid accountId) =>
        (_app, AccountId, Courier) = (app, accountId, new Courier { Door = app.Address });

    public string Name => SandboxProvider.ProviderName;

    public Guid AccountId { get; }

    public Courier Courier { get; }

    private static CancellationToken Ct => PaymentsApp.Ct;

    /// <summary>An organisation has one, so tests take turns with it.</summary>
    public static async Task<SandboxSide> Open(ProvidersApp app)
    {
        var known = await app.Db.One<Guid?>(SelectAccount, null, Ct);
        var side = new SandboxSide(app, known ?? await Make(app));
        await side.Post(Delivery.AtOnce);
        return side;
    }

    public async Task Post(Delivery how)
    {
        var manners = _settings with { WebhookDelaySeconds = how == Delivery.AtOnce ? 0 : Tomorrow };
        var settings = _app.Services.GetRequiredService<AccountBook>().Close(AccountId, manners.Write());
        await _app.ChangeAccounts(Behave, new { AccountId, settings });
    }

    public async Task<IReadOnlyList<Letter>> TakeHeld() =>
        [.. (await _app.Db.Many<string>(TakeFromPost, new { AccountId }, Ct)).Select(body => LetterOf(body, _settings))];

    public async Task Buyer(string providerRef, BuyerDoes what) => await Choose(providerRef, what switch
    {
        BuyerDoes.Pays => "paid",
        BuyerDoes.PaysSlowly => "pending",
        BuyerDoes.Fails => "failed",
        BuyerDoes.Cancels => "cancelled",
        BuyerDoes.LetsExpire => "expired",
        _ => throw new InvalidOperationException($"Nobody does {what}."),
    });

    public Task SettleRefunds()
    {
        _app.Clock.Advance(SandboxPayment.SlowFor);
        return Task.CompletedTask;
    }

    public Task ChargeBack(string providerRef) => Choose(providerRef, "charged_back");

    public Task<Letter?> Forge(Forgery how, string providerRef)
    {
        var body = JsonSerializer.Serialize(
            new SandboxEvent($"evt_{how}", "payment.paid", providerRef, Guid.CreateVersion7(), _app.Clock.GetUtcNow()), Json.Options);
        return Task.FromResult<Letter?>(how switch
        {
            Forgery.WrongKey or Forgery.OtherAccount => LetterOf(body, SandboxSettings.New()),
            Forgery.Tampered => LetterOf(body, _settings, sent: body + " "),
            Forgery.NoSignature => LetterOf(body, null),
            Forgery.Stale => LetterOf(body, _settings, ahead: TimeSpan.FromHours(-1)),
            Forgery.Future => LetterOf(body, _settings, ahead: TimeSpan.FromHours(1)),
            _ => throw new InvalidOperationException($"Nobody forges {how}."),
        });
    }

    public async Task<IReadOnlyList<string>> PaymentsOf(Guid attemptId) =>
        await _app.Db.Many<string>(SelectPayments, new { attemptId }, Ct);

    public Task<long> Balance(IReadOnlyCollection<Guid> orders) =>
        _app.Db.One<long>(SumUp, new { orders = orders.ToArray(), _app.Db.Now }, Ct);

    /// <summary>Nothing of this test is posted during the next.</summary>
    public async ValueTask DisposeAsync()
    {
        await TakeHeld();
        await Courier.DisposeAsync();
    }

    private static async Task<Guid> Make(ProvidersApp app)
    {
        var body = new { provider = SandboxProvider.ProviderName, name = "For tests", isLive = false };
        var answer = await app.As(Roles.Owner).Post("/api/v1/payments/accounts", body, Ct);
        return (await answer.IsOk<JsonElement>(HttpStatusCode.Created, Ct)).GetProperty("id").GetGuid();
    }

    private async Task Choose(string providerRef, string outcome)
    {
        using var answer = await _app.Http.PostAsJsonAsync($"/sandbox/payments/{providerRef}/outcome", new { outcome }, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private Letter LetterOf(string body, SandboxSettings? signer, string? sent = null, TimeSpan ahead = default)
    {
        var told = JsonSerializer.Deserialize<SandboxEvent>(body, Json.Options) ?? throw new JsonException("That is no letter.");
        return new Letter(Shop.HookOf(Name, AccountId), told.Type, told.Payment, () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, (Uri?)null)
            {
                Content = new StringContent(sent ?? body, Encoding.UTF8, "application/json"),
            };
            if (signer?.Sign(body, _app.Clock.GetUtcNow() + ahead) is { } signature)
                request.Headers.TryAddWithoutValidation(SandboxProvider.SignatureHeader, signature);
            return request;
        });
    }

    private const string SelectAccount = """
        select account_id from payments.accounts where org_id = @orgId and provider = 'sandbox' and deleted_at is null
        """;

    private const string Behave = """
        update payments.accounts set is_enabled = true, settings = @settings where org_id = @orgId and account_id = @accountId
        """;

    private const string TakeFromPost = """
        with taken as (
            delete from payments.sandbox_deliveries
            where org_id = @orgId and account_id = @accountId and due_at is not null
            returning delivery_id, body
        )
        select body from taken order by delivery_id
        """;

    private const string SelectPayments = """
        select payment_ref from payments.sandbox_payments where org_id = @orgId and attempt_id = @attemptId
        """;

    private const string SumUp = """
        select coalesce(sum(payments.captured_minor - payments.charged_back_minor - refunded), 0)::bigint
        from payments.sandbox_payments as payments
        join payments.attempts using (org_id, attempt_id)
        cross join lateral (
            select coalesce(sum(amount_minor), 0) as refunded
            from payments.sandbox_refunds as refunds
            where refunds.org_id = payments.org_id and refunds.payment_ref = payments.payment_ref
                and (status = 'refunded' or (status = 'pending' and refunds.settles_at <= @now))
        ) as back
        where payments.org_id = @orgId and order_id = any (@orders)
        """;
}
