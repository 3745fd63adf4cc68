using System.Net;
using System.Text.Json;
using Balie.Testing.Payments;

namespace Balie.Payments.Tests.Providers;

/// <summary>One account at one provider, the only one where payments are started while the test runs.</summary>
internal sealed class Shop : IAsyncDisposable
{
    private readonly ProvidersApp _app;
    private readonly List<Guid> _orders = [];

    private Shop(ProvidersApp app, IProviderSide side) => (_app, Side) = (app, side);

    public IProviderSide Side { get; }

    public Guid AccountId => Side.AccountId;

    /// <summary>For tests about what only happens far away.</summary>
    public IFakeProvider Fake => ((FakeSide)Side).Fake;

    /// <summary>Adyen cannot be asked about a payment: there only webhooks bring news of money.</summary>
    public bool CanBeAsked => Side.Name != "adyen";

    private static CancellationToken Ct => PaymentsApp.Ct;

    public static async Task<Shop> Open(ProvidersApp app, string name)
    {
        await app.ChangeAccounts("update payments.accounts set is_enabled = false where org_id = @orgId", new { });
        if (name == "sandbox") return new Shop(app, await SandboxSide.Open(app));
        IFakeProvider fake = name switch
        {
            "mollie" => new FakeMollie(),
            "adyen" => new FakeAdyen(),
            "stripe" => new FakeStripe { Clock = app.Clock },
            _ => throw new InvalidOperationException($"No provider is called {name}."),
        };
        var accountId = await Account(app, fake);
        fake.Courier.Door = app.Address;
        if (fake is not FakeMollie) fake.WebhookUrl = HookOf(name, accountId);
        return new Shop(app, new FakeSide(fake, accountId));
    }

    public static Uri HookOf(string provider, Guid accountId) => new(ProvidersApp.Public, $"webhooks/{provider}/{accountId}");

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
        return Assert.Single(await Side.PaymentsOf(attemptId));
    }

    public async Task<(Guid OrderId, Guid AttemptId, string Name)> Started(long amount = 2_500, bool captureLater = false)
    {
        var (orderId, attemptId) = await Order(amount, captureLater);
        return (orderId, attemptId, await Start(attemptId));
    }

    /// <summary>Captured, or authorised where that was asked for.</summary>
    public async Task<(Guid OrderId, Guid AttemptId, string Name)> Paid(bool captureLater = false)
    {
        var paid = await Started(captureLater: captureLater);
        await Side.Buyer(paid.Name, BuyerDoes.Pays);
        await _app.Until(paid.AttemptId, captureLater ? "authorised" : "captured");
        return paid;
    }

    /// <summary>Refunds so much, and returns once the provider has taken it and is busy with it.</summary>
    public async Task Refund(Guid orderId, Guid attemptId, long amount, Guid? refundId = null)
    {
        await _app.Refund(refundId ?? Guid.CreateVersion7(), orderId, amount);
        await RefundIsTaken(attemptId);
    }

    public Task RefundIsTaken(Guid attemptId) => PaymentsApp.Until(
        async () => (await _app.Instructions(attemptId)).Count(one => one is { Kind: "refund", State: "submitted" }) == 1,
        "the refund to be taken");

    /// <summary>Lets refunds end, so that so much of this payment has gone back in all.</summary>
    public async Task RefundEnds(Guid attemptId, long refunded)
    {
        await Side.SettleRefunds();
        await _app.Until(attemptId, attempt => attempt.RefundedMinor == refunded);
    }

    /// <summary>Delivers what was held, in an order given by <paramref name="shuffle"/>, each so many times.</summary>
    public async Task Release(int copies = 1, Random? shuffle = null)
    {
        var letters = (await Side.TakeHeld()).SelectMany(letter => Enumerable.Repeat(letter, copies)).ToArray();
        shuffle?.Shuffle(letters);
        foreach (var letter in letters) await Side.Courier.Deliver(letter);
    }

    /// <summary>What the provider has of ours from this shop's orders, by its own books.</summary>
    public Task<long> Balance() => Side.Balance(_orders);

    public async Task<long> Webhooks() => await _app.Db.One<long>(
        "select count(*) from payments.webhooks where org_id = @orgId and account_id = @accountId", new { AccountId }, Ct);

    /// <summary>Until our books and the provider's say the same: the invariant every test ends with.</summary>
    public async Task BooksAgree()
    {
        await Side.Courier.Idle();
        await PaymentsApp.Until(async () => await OurBalance() == await Balance(), $"the books of {Side.Name} to agree");
    }

    public ValueTask DisposeAsync() => Side.DisposeAsync();

    private static async Task<Guid> Account(ProvidersApp app, IFakeProvider fake)
    {
        var settings = JsonDocument.Parse(fake.Settings).RootElement;
        var answer = await app.As(Roles.Owner).Post(
            "/api/v1/payments/accounts", new { provider = fake.Name, name = "For tests", isLive = false, settings }, Ct);
        return (await answer.IsOk<JsonElement>(HttpStatusCode.Created, Ct)).GetProperty("id").GetGuid();
    }

    private async Task<long> OurBalance()
    {
        var sum = 0L;
        foreach (var orderId in _orders) sum += (await _app.Books(orderId)).GetValueOrDefault($"provider:{Side.Name}");
        return sum;
    }
}
