using System.Text.Json;

namespace Balie.Payments.Providers.Stripe;

/// <summary>What was found of a payment: by its page or by its own name.</summary>
internal sealed record StripePayment(StripeSession? Session, StripeIntent? Intent, StripeCharge? Charge);

/// <summary>A Checkout Session. Its payment is given as an object where we ask for that.</summary>
internal sealed record StripeSession(
    string? Id, string? Url, string? Status, string? PaymentStatus, long? AmountTotal, string? Currency, long? ExpiresAt,
    JsonElement? PaymentIntent)
{
    public StripeIntent? Intent() =>
        PaymentIntent is { ValueKind: JsonValueKind.Object } intent ? intent.Deserialize<StripeIntent>(Texts.SnakeJson) : null;
}

internal sealed record StripeIntent(
    string? Id, string? Status, long Amount, long? AmountCapturable, long? AmountReceived, string? Currency, string? CancellationReason,
    StripeProblem? LastPaymentError, JsonElement? LatestCharge)
{
    /// <summary>Only where it was asked for is it more than a name.</summary>
    public StripeCharge? Charge() =>
        LatestCharge is { ValueKind: JsonValueKind.Object } charge ? charge.Deserialize<StripeCharge>(Texts.SnakeJson) : null;

    public bool HasCharge => LatestCharge is { ValueKind: JsonValueKind.Object or JsonValueKind.String };
}

internal sealed record StripeCharge(
    string? Id, bool? Disputed, StripeMethod? PaymentMethodDetails, StripeList<StripeRefund>? Refunds);

internal sealed record StripeMethod(string? Type);

internal sealed record StripeList<T>(IReadOnlyList<T>? Data, bool? HasMore);

internal sealed record StripeRefund(
    string? Id, string? Status, long Amount, string? Currency, string? FailureReason, IReadOnlyDictionary<string, string>? Metadata);

internal sealed record StripeDispute(string? Id, string? Status, long Amount, string? Currency);

internal sealed record StripeFailure(StripeProblem? Error);

internal sealed record StripeProblem(string? Type, string? Code, string? DeclineCode, string? Param, string? Message);

internal sealed record StripeEvent(string? Id, string? Object, string? Type, long? Created, bool? Livemode, StripeEventData? Data);

internal sealed record StripeEventData(StripeEventObject? Object);

/// <summary>As much of the thing an event is about as names our payment.</summary>
internal sealed record StripeEventObject(
    string? Id, string? Object, JsonElement? PaymentIntent, IReadOnlyDictionary<string, string>? Metadata);
