using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Balie.Payments.Providers;

/// <summary>
/// A payment service provider, spoken to in its own protocol. An adapter keeps nothing: what is known stands in the attempt and its log.
/// It is never called within a transaction. Failures of the way there are <see cref="ProviderAwayException"/>, a no of the provider is
/// <see cref="ProviderRefusedException"/>. A <c>providerRef</c> is the newest name known of a payment: the one a snapshot or a claim gave
/// later (<see cref="PaymentSnapshot.PaymentRef"/>), before that the one of <see cref="CreatePayment"/>.
/// </summary>
internal interface IPaymentProvider
{
    /// <summary>Names it in accounts, routes and the ledger: <c>mollie</c>.</summary>
    string Name { get; }

    /// <summary>Everything that is wrong with an account's settings, by field; empty when they can be used.</summary>
    IReadOnlyList<FieldError> Problems(JsonElement settings);

    Task<CreatedPayment> CreatePayment(ProviderAccount account, CreatePayment payment, CancellationToken ct);

    /// <summary>The truth about a payment, or null where this provider cannot be asked (Adyen's payments).</summary>
    Task<PaymentSnapshot?> GetPayment(ProviderAccount account, string providerRef, CancellationToken ct);

    /// <param name="key">The idempotency key, made from our own document's id: <c>capture:…</c>.</param>
    Task<ProviderAnswer> Capture(ProviderAccount account, string providerRef, Money amount, string key, CancellationToken ct);

    /// <summary>Releases an authorisation, or cancels what was not paid yet.</summary>
    Task<ProviderAnswer> Void(ProviderAccount account, string providerRef, string key, CancellationToken ct);

    Task<ProviderAnswer> Refund(
        ProviderAccount account, string providerRef, Guid refundId, Money amount, string reason, string key, CancellationToken ct);

    /// <summary>Where the provider stands with a refund, or null where it cannot be asked.</summary>
    Task<RefundSnapshot?> GetRefund(ProviderAccount account, string providerRef, string refundRef, CancellationToken ct);

    /// <summary>Reads and verifies a webhook. Nothing unverified is ever more than a reason to ask the provider.</summary>
    WebhookReading ReadWebhook(ProviderAccount account, WebhookRequest request, DateTimeOffset now);
}

/// <summary>An organisation's contract with a provider.</summary>
/// <param name="Settings">
/// As the provider's adapter documents them: keys, secrets (lists, for rotation), merchant account, base address. Undefined where they
/// were sealed with a key that this installation does not have; no adapter sees such an account.
/// </param>
/// <param name="WebhookUrl">Absolute; null where ours is not reachable from outside, and polling must do.</param>
internal sealed record ProviderAccount(
    Guid OrgId, Guid AccountId, string Provider, bool IsLive, JsonElement Settings, string? WebhookUrl)
{
    public bool IsSealed => Settings.ValueKind == JsonValueKind.Undefined;
}

/// <param name="AttemptId">Travels as metadata or reference, so that a webhook faster than our commit still finds its attempt.</param>
/// <param name="Method">One of the account's methods, or null to let the buyer choose at the provider.</param>
internal sealed record CreatePayment(
    Guid AttemptId, string OrderReference, Money Amount, string Description, string ReturnUrl, string CancelUrl, bool CaptureLater,
    DateTimeOffset ExpiresAt, string Locale, string? Method, string Key);

/// <param name="RedirectUrl">Where the buyer pays.</param>
/// <param name="Raw">The provider's own answer, for the log.</param>
internal sealed record CreatedPayment(string ProviderRef, string RedirectUrl, AttemptState State, DateTimeOffset? ExpiresAt, string Raw);

/// <summary>Amounts are totals so far; only what is known of each refund is listed.</summary>
/// <param name="PaymentRef">
/// The payment's own name, where the provider's first was only that of its page and there is a payment by now (Stripe). Keep both: webhooks
/// may name either, and calls from now on want this one.
/// </param>
/// <param name="FailedCaptures">The provider's names of captures that it had taken and that came to nothing.</param>
internal sealed record PaymentSnapshot(
    AttemptState State, Money Authorised, Money Captured, Money Refunded, Money ChargedBack, string? Method, string? FailureCode,
    IReadOnlyList<RefundSnapshot> Refunds, string Raw, string? PaymentRef = null, IReadOnlyList<string>? FailedCaptures = null);

/// <param name="RefundId">Our own id, where the provider gives our metadata back.</param>
internal sealed record RefundSnapshot(string RefundRef, Guid? RefundId, RefundState State, Money Amount, string? Reason, string Raw);

/// <summary>What a provider said to a capture, void or refund.</summary>
/// <param name="Reference">Its own name for the thing asked for.</param>
/// <param name="IsFinal">False when the outcome comes later, by webhook.</param>
internal sealed record ProviderAnswer(string Reference, bool IsFinal, string Raw);

/// <param name="Body">The raw bytes, as they came.</param>
internal sealed record WebhookRequest(
    IHeaderDictionary Headers, ReadOnlyMemory<byte> Body, IReadOnlyDictionary<string, StringValues> Query);

/// <summary>
/// What a webhook says. One that is not verified and tells of nothing we can ask about is refused with <paramref name="Status"/>.
/// </summary>
/// <param name="Status">The status to answer, 200 when all is well.</param>
/// <param name="Answer">The exact body to answer, such as <c>[accepted]</c>.</param>
internal sealed record WebhookReading(int Status, string Answer, IReadOnlyList<WebhookEvent> Events);

/// <param name="DedupeKey">
/// The same for every delivery of the same event; null when each delivery is worth a look (Mollie's ids).
/// </param>
/// <param name="ProviderRef">
/// The payment, by either of its names. Beside a claim of money (Authorised or more) it is the payment's own name from then on.
/// </param>
/// <param name="AttemptId">Our own id, where it travelled along.</param>
/// <param name="Claimed">
/// What the event claims, used only where the provider cannot be asked (Adyen); null means: ask, and where that gives nothing, take note.
/// </param>
internal sealed record WebhookEvent(
    string? DedupeKey, string Kind, string? ProviderRef, Guid? AttemptId, DateTimeOffset? OccurredAt, ClaimedChange? Claimed, string Raw);

/// <summary>
/// A verified event's own word on what happened, amounts of this event alone. One without any state says that the capture or void meant
/// came to nothing.
/// </summary>
/// <param name="ModificationRef">The provider's name for the capture, void or refund meant.</param>
internal sealed record ClaimedChange(
    AttemptState? State, RefundState? Refund, string? ModificationRef, Guid? RefundId, Money Amount, string? Method, string? Reason)
{
    [JsonIgnore]
    public bool IsRefusal => State is null && Refund is null;
}

/// <summary>
/// The states of an attempt by rank (facts of commerce): a message moves an attempt up, never down, so a success after a failure wins and a
/// failure after a success is noted and ignored.
/// </summary>
internal enum AttemptState
{
    Created = 0,
    Pending = 1,
    Failed = 2,
    Cancelled = 3,
    Expired = 4,
    Authorised = 5,
    Voided = 6,
    AuthorisationExpired = 7,
    Captured = 8,
    ChargedBack = 9,
}

/// <summary>A provider may say Failed after Succeeded: the money came back to us, which is a reversal.</summary>
internal enum RefundState
{
    Requested,
    Submitted,
    Succeeded,
    Failed,
    Cancelled,
    Reversed,
}

/// <summary>The provider did not answer, or not sensibly: whether it did what was asked is unknown. Ask again with the same key.</summary>
internal class ProviderAwayException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// The provider was not asked, because the account's settings cannot be opened. That lasts until somebody enters them again or brings back
/// the key, so whoever waits for it does so with long pauses, and never gives up.
/// </summary>
internal sealed class AccountSealedException() : ProviderAwayException(What)
{
    public const string What =
        "The settings of this account were sealed with a key that this installation does not have: enter them again, or restore seal.key.";

    public static readonly TimeSpan LookAgainAfter = TimeSpan.FromHours(1);
}

/// <summary>The provider understood and said no.</summary>
internal sealed class ProviderRefusedException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
