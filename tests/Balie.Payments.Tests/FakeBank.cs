using System.Collections.Concurrent;
using System.Text.Json;
using Balie.Payments.Providers;

namespace Balie.Payments.Tests;

/// <summary>
/// A provider that does what a test says: late, never, twice, or after it has taken the money. It keeps its own books, by which a test sees
/// what really happened there.
/// </summary>
internal sealed class FakeBank : IPaymentProvider
{
    public const string Signature = "Fake-Signature";
    private readonly ConcurrentDictionary<string, string> _keys = new();
    private readonly ConcurrentDictionary<string, int> _made = new();
    private int _looks;

    public string Name => "fake";

    public ConcurrentDictionary<string, PaymentSnapshot> Payments { get; } = new();

    public ConcurrentDictionary<string, RefundSnapshot> Refunds { get; } = new();

    /// <summary>Runs before the named call has any effect; throws or waits as the test wants.</summary>
    public Func<string, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Runs after it had its effect, before the answer.</summary>
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    public bool CanBeAsked { get; set; } = true;

    /// <summary>How a refund is answered.</summary>
    public bool RefundsAreFinal { get; set; } = true;

    /// <summary>How a capture or void is; one that is not has no effect until the test gives it one.</summary>
    public bool OthersAreFinal { get; set; } = true;

    /// <summary>How many payments it has for one of our attempts.</summary>
    public int MadeFor(Guid attemptId) => _made.GetValueOrDefault($"fp_{attemptId:n}");

    public int Looks => _looks;

    public static ProviderAwayException Away => new("The fake bank is closed.");

    public void Reset()
    {
        Before = (_, _) => Task.CompletedTask;
        After = _ => Task.CompletedTask;
        (CanBeAsked, RefundsAreFinal, OthersAreFinal) = (true, true, true);
    }

    public static PaymentSnapshot Snapshot(
        AttemptState state, long captured = 0, long authorised = 0, long refunded = 0, long chargedBack = 0,
        params RefundSnapshot[] refunds) => new(
        state, Euro(authorised), Euro(captured), Euro(refunded), Euro(chargedBack), "ideal", null, refunds, $"{{\"state\":\"{state}\"}}");

    public static Money Euro(long amount) => new(amount, "EUR");

    public IReadOnlyList<FieldError> Problems(JsonElement settings) =>
        settings.TryGetProperty("key", out _) ? [] : [new FieldError("key", "Give a key.")];

    public async Task<CreatedPayment> CreatePayment(ProviderAccount account, CreatePayment payment, CancellationToken ct)
    {
        await Before("create", ct);
        var reference = _keys.GetOrAdd(payment.Key, _ =>
        {
            _made.AddOrUpdate($"fp_{payment.AttemptId:n}", 1, (_, before) => before + 1);
            return $"fp_{payment.AttemptId:n}";
        });
        Payments.TryAdd(reference, Snapshot(AttemptState.Created));
        await After("create");
        return new CreatedPayment(reference, $"https://bank.example/{reference}", AttemptState.Created, null, "{}");
    }

    public async Task<PaymentSnapshot?> GetPayment(ProviderAccount account, string providerRef, CancellationToken ct)
    {
        await Before("get", ct);
        Interlocked.Increment(ref _looks);
        if (!CanBeAsked) return null;
        return Payments.TryGetValue(providerRef, out var found)
            ? found
            : throw new ProviderRefusedException(Refused.NotFound, "No such payment.");
    }

    public async Task<ProviderAnswer> Capture(
        ProviderAccount account, string providerRef, Money amount, string key, CancellationToken ct)
    {
        await Before("capture", ct);
        if (!OthersAreFinal) return new ProviderAnswer($"fc_{key}", false, "{}");
        Payments[providerRef] = Payments[providerRef] with { State = AttemptState.Captured, Captured = amount };
        await After("capture");
        return new ProviderAnswer($"fc_{key}", true, "{}");
    }

    public async Task<ProviderAnswer> Void(ProviderAccount account, string providerRef, string key, CancellationToken ct)
    {
        await Before("void", ct);
        if (!OthersAreFinal) return new ProviderAnswer($"fv_{key}", false, "{}");
        var to = Payments[providerRef].State == AttemptState.Authorised ? AttemptState.Voided : AttemptState.Cancelled;
        if (Payments[providerRef].State == AttemptState.Captured) throw new ProviderRefusedException(Refused.State, "It is paid.");
        Payments[providerRef] = Payments[providerRef] with { State = to };
        return new ProviderAnswer(providerRef, true, "{}");
    }

    public async Task<ProviderAnswer> Refund(
        ProviderAccount account, string providerRef, Guid refundId, Money amount, string reason, string key, CancellationToken ct)
    {
        await Before("refund", ct);
        var state = RefundsAreFinal ? RefundState.Succeeded : RefundState.Submitted;
        var refund = Refunds.GetOrAdd(key, _ => new RefundSnapshot($"fr_{key}", refundId, state, amount, null, "{}"));
        await After("refund");
        return new ProviderAnswer(refund.RefundRef, RefundsAreFinal, "{}");
    }

    public async Task<RefundSnapshot?> GetRefund(ProviderAccount account, string providerRef, string refundRef, CancellationToken ct)
    {
        await Before("get refund", ct);
        return CanBeAsked ? Refunds.Values.Single(refund => refund.RefundRef == refundRef) : null;
    }

    public WebhookReading ReadWebhook(ProviderAccount account, WebhookRequest request, DateTimeOffset now) =>
        request.Headers[Signature] == "good" && JsonSerializer.Deserialize<WebhookEvent[]>(request.Body.Span, Json.Options) is { } events
            ? new WebhookReading(200, "[accepted]", events)
            : new WebhookReading(401, "", []);
}
