using System.Net;
using System.Text.Json;
using Balie.Testing.Payments;
using Microsoft.AspNetCore.Builder;

namespace Balie.Payments.Tests.Providers;

/// <summary>Payments with accounts at fakes of real providers, which it asks over HTTP and which post to its real webhook route.</summary>
public sealed class ProvidersApp : PaymentsApp
{
    /// <summary>Known to providers by a name; the fakes' couriers know the port.</summary>
    public static readonly Uri Public = new("https://balie.example");

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:PublicAddress"] = Public.ToString();
        builder.Configuration["Balie:payments:TestSystems:0"] = IPAddress.Loopback.ToString();
        // The breaker has tests of its own; here one provider's trouble would be the next test's.
        builder.Configuration["Balie:payments:BreakFor"] = "00:00:00.5";
    }
}

/// <summary>One account at one fake provider, the only one where payments are started while the test runs.</summary>
internal sealed class Shop : IAsyncDisposable
{
    private readonly ProvidersApp _app;
    private readonly List<Guid> _orders = [];

    private Shop(ProvidersApp app, IFakeProvider fake, Guid accountId) => (_app, Fake, AccountId) = (app, fake, accountId);

    public IFakeProvider Fake { get; }
    public Guid AccountId { get; }

    /// <summary>Adyen cannot be asked about a payment: there only webhooks bring news of money.</summary>
    public bool CanBeAsked => Fake is not FakeAdyen;

    private static CancellationToken Ct => PaymentsApp.Ct;

    public static async Task<Shop> Open(ProvidersApp app, string name)
    {
        IFakeProvider fake = name switch
        {
            "mollie" => new FakeMollie(),
            "adyen" => new FakeAdyen(),
            "stripe" => new FakeStripe { Clock = app.Clock },
            _ => throw new InvalidOperationException($"No provider is called {name}."),
        };
        await app.Db.Run("update payments.accounts set is_enabled = false where org_id = @orgId", null, Ct);
        var accountId = await Account(app, fake);
        fake.Courier.Door = app.Address;
        if (fake is not FakeMollie) fake.WebhookUrl = HookOf(fake, accountId);
        return new Shop(app, fake, accountId);
    }

    public static Uri HookOf(IFakeProvider fake, Guid accountId) => new(ProvidersApp.Public, $"webhooks/{fake.Name}/{accountId}");

    public static async Task<Guid> Account(ProvidersApp app, IFakeProvider fake, Guid? orgId = null)
    {
        var settings = JsonDocument.Parse(fake.Settings).RootElement;
        var answer = await app.As("owner", orgId: orgId).Post(
            "/api/v1/payments/accounts", new { provider = fake.Name, name = "For tests", isLive = false, settings }, Ct);
        return (await answer.IsOk<JsonElement>(HttpStatusCode.Created, Ct)).GetProperty("id").GetGuid();
    }

    public async Task<(Guid OrderId, Guid AttemptId)> Order(long amount = 2_500, bool captureLater = false)
    {
        var (orderId, attemptId) = await _app.Open(amount, captureLater: captureLater);
        _orders.Add(orderId);
        return (orderId, attemptId);
    }

    /// <summary>Another attempt for the same order.</summary>
    public async Task<Guid> Again(Guid orderId, long amount) => (await _app.OpenFor(orderId, amount)).AttemptId;

    /// <summary>Starts it at the provider, and gives the provider's name for it.</summary>
    public async Task<string> Start(Guid attemptId)
    {
        var answer = await _app.Http.Post($"/api/v1/payments/{attemptId}/start", new { }, Ct);
        await answer.IsOk<JsonElement>(Ct);
        return Assert.Single(Fake.PaymentsOf(attemptId));
    }

    public async Task<(Guid OrderId, Guid AttemptId, string Name)> Started(long amount = 2_500, bool captureLater = false)
    {
        var (orderId, attemptId) = await Order(amount, captureLater);
        return (orderId, attemptId, await Start(attemptId));
    }

    public async Task<(Guid OrderId, Guid AttemptId, string Name)> Paid(long amount = 2_500)
    {
        var (orderId, attemptId, name) = await Started(amount);
        Fake.Buyer(name, BuyerDoes.Pays);
        await _app.Until(attemptId, "captured");
        return (orderId, attemptId, name);
    }

    /// <summary>What our books say the provider has of ours from this shop's orders.</summary>
    public async Task<long> Balance()
    {
        var sum = 0L;
        foreach (var orderId in _orders) sum += (await _app.Books(orderId)).GetValueOrDefault($"provider:{Fake.Name}");
        return sum;
    }

    public async Task<long> Webhooks() => await _app.Db.One<long>(
        "select count(*) from payments.webhooks where org_id = @orgId and account_id = @accountId", new { AccountId }, Ct);

    /// <summary>Until our books and the provider's say the same: the invariant every test ends with.</summary>
    public async Task BooksAgree()
    {
        await Fake.Courier.Idle();
        await PaymentsApp.Until(async () => await Balance() == Fake.Ledger.Balance(), $"the books of {Fake.Name} to agree");
    }

    public ValueTask DisposeAsync() => Fake.DisposeAsync();
}
