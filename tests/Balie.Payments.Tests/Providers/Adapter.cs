using System.Text.Json;
using Balie.Payments.Providers;
using Balie.Payments.Providers.Adyen;
using Balie.Payments.Providers.Mollie;
using Balie.Payments.Providers.Stripe;
using Balie.Testing.Payments;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Balie.Payments.Tests.Providers;

/// <summary>One adapter, its fake provider and an account there; nothing of the product around it.</summary>
internal sealed class Adapter : IAsyncDisposable
{
    public static readonly Uri Hook = new("http://127.0.0.1:9/webhooks");
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private Adapter(IFakeProvider fake, Func<IOptions<PaymentsOptions>, IPaymentProvider> adapter, TimeSpan timeout)
    {
        Fake = fake;
        Fake.WebhookUrl = Hook;
        Fake.Courier.Delivery = Delivery.Held;
        var options = new PaymentsOptions { ProviderTimeout = timeout, TestSystems = { "127.0.0.1" } };
        Provider = adapter(Options.Create(options));
        Account = With(fake.Settings);
    }

    public IFakeProvider Fake { get; }
    public IPaymentProvider Provider { get; }
    public ProviderAccount Account { get; }
    public FakeMollie Mollie => (FakeMollie)Fake;
    public FakeAdyen Adyen => (FakeAdyen)Fake;
    public FakeStripe Stripe => (FakeStripe)Fake;

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static Adapter Of(string name, TimeSpan? timeout = null, TimeProvider? clock = null) => name switch
    {
        "mollie" => new(new FakeMollie(), options => new MollieProvider(options), timeout ?? Timeout),
        "adyen" => new(new FakeAdyen(), options => new AdyenProvider(options), timeout ?? Timeout),
        "stripe" => new(
            new FakeStripe { Clock = clock ?? TimeProvider.System },
            options => new StripeProvider(options, clock ?? TimeProvider.System),
            timeout ?? Timeout),
        _ => throw new InvalidOperationException($"No provider is called {name}."),
    };

    public ProviderAccount With(string settings, bool isLive = false) => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), Fake.Name, isLive, JsonDocument.Parse(settings).RootElement, Hook.ToString());

    public static CreatePayment Payment(long amount = 1_000, string currency = "EUR", bool later = false, TimeSpan? life = null)
    {
        var attemptId = Guid.CreateVersion7();
        return new CreatePayment(
            attemptId, "K7QM2X", new Money(amount, currency), "Two tickets", "https://shop.example/back", "https://shop.example/stop",
            later, TimeProvider.System.GetUtcNow() + (life ?? TimeSpan.FromMinutes(15)), "nl-NL", null, $"attempt:{attemptId}");
    }

    /// <summary>A payment that was made and is authorised or captured, by the name that captures and refunds want.</summary>
    public async Task<string> Paid(long amount = 1_000, string currency = "EUR", bool later = false)
    {
        var created = await Provider.CreatePayment(Account, Payment(amount, currency, later), Ct);
        Fake.Buyer(created.ProviderRef, BuyerDoes.Pays);
        return Fake is FakeAdyen adyen ? adyen.PspOf(created.ProviderRef) : created.ProviderRef;
    }

    public async Task<PaymentSnapshot> See(string providerRef) =>
        await Provider.GetPayment(Account, providerRef, Ct) ?? throw new InvalidOperationException("This provider cannot be asked.");

    public Task<ProviderAnswer> Refund(string providerRef, long amount, string currency = "EUR", Guid? refundId = null)
    {
        var refund = refundId ?? Guid.CreateVersion7();
        return Provider.Refund(Account, providerRef, refund, new Money(amount, currency), "asked for", $"refund:{refund}", Ct);
    }

    public Task<ProviderAnswer> Capture(string providerRef, long amount, string? key = null, string currency = "EUR") =>
        Provider.Capture(Account, providerRef, new Money(amount, currency), key ?? $"capture:{Guid.CreateVersion7()}", Ct);

    public Task<WebhookReading> Read(Letter letter) => Read(letter, Account);

    public async Task<WebhookReading> Read(Letter letter, ProviderAccount account)
    {
        using var request = letter.Write();
        return Provider.ReadWebhook(account, await Received(request), TimeProvider.System.GetUtcNow());
    }

    /// <summary>What the fake wanted to tell since the last time, read by the adapter.</summary>
    public async Task<IReadOnlyList<WebhookEvent>> Told()
    {
        var events = new List<WebhookEvent>();
        foreach (var letter in Fake.Courier.TakeHeld())
        {
            var reading = await Read(letter);
            Assert.Equal(200, reading.Status);
            events.AddRange(reading.Events);
        }
        return events;
    }

    public static async Task<WebhookRequest> Received(HttpRequestMessage request)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, values) in request.Headers.Concat(request.Content!.Headers)) headers[name] = new StringValues([.. values]);
        return new WebhookRequest(headers, await request.Content.ReadAsByteArrayAsync(Ct), new Dictionary<string, StringValues>());
    }

    public async ValueTask DisposeAsync()
    {
        (Provider as IDisposable)?.Dispose();
        await Fake.DisposeAsync();
    }
}
