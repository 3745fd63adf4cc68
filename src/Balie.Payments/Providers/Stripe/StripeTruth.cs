using System.Text.Json;

namespace Balie.Payments.Providers.Stripe;

/// <summary>What a session and its payment mean in our words.</summary>
internal static class StripeTruth
{
    private const string Expired = "expired";

    public static PaymentSnapshot Read(StripePayment payment, IReadOnlyList<StripeDispute> disputes, string raw)
    {
        var (session, intent, charge) = payment;
        var currency = intent?.Currency ?? session?.Currency;
        var zero = StripeMoney.From(0, currency);
        var captured = StripeMoney.From(intent?.AmountReceived ?? 0, currency);
        var refunds = charge?.Refunds?.Data ?? [];
        var chargedBack = disputes.Where(HoldsMoney).Aggregate(zero, (sum, its) => sum + StripeMoney.From(its.Amount, its.Currency));

        return new PaymentSnapshot(
            chargedBack.Amount > 0 ? AttemptState.ChargedBack : StateOf(session, intent),
            intent?.Status is "requires_capture" or "succeeded" ? StripeMoney.From(intent.Amount, currency) : zero,
            captured,
            refunds.Where(refund => refund.Status == "succeeded")
                .Aggregate(zero, (sum, its) => sum + StripeMoney.From(its.Amount, its.Currency)),
            chargedBack,
            charge?.PaymentMethodDetails?.Type,
            intent?.LastPaymentError is { } error ? error.DeclineCode ?? error.Code ?? error.Type : null,
            [.. refunds.Select(refund => Refund(refund))],
            raw,
            // Until then the page rules the payment, and only the page can end it.
            session is null or { Status: "complete" } ? intent?.Id : null);
    }

    public static RefundSnapshot Refund(StripeRefund refund, string? raw = null) => new(
        refund.Id ?? throw new ProviderAwayException("Stripe gave a refund no id."),
        refund.Metadata?.TryGetValue(StripeProvider.RefundMark, out var ours) == true && Guid.TryParse(ours, out var id) ? id : null,
        refund.Status switch
        {
            "pending" or "requires_action" => RefundState.Submitted,
            "succeeded" => RefundState.Succeeded,
            "failed" => RefundState.Failed,
            "canceled" => RefundState.Cancelled,
            _ => throw new ProviderAwayException($"Stripe gave a refund the status {refund.Status}."),
        },
        StripeMoney.From(refund.Amount, refund.Currency),
        refund.FailureReason,
        raw ?? JsonSerializer.Serialize(refund, Texts.SnakeJson));

    private static AttemptState StateOf(StripeSession? session, StripeIntent? intent) => intent?.Status switch
    {
        "succeeded" => AttemptState.Captured,
        "requires_capture" => AttemptState.Authorised,
        "canceled" => Cancelled(session, intent),
        _ when session?.Status == Expired => AttemptState.Expired,
        "requires_action" or "processing" => AttemptState.Pending,
        // A page that is open lets the buyer try again; one that is done does not, and its payment failed afterwards.
        "requires_payment_method" when session?.Status != "open" && intent.LastPaymentError is not null => AttemptState.Failed,
        "requires_payment_method" or "requires_confirmation" => AttemptState.Created,
        null => session?.Status switch
        {
            "open" => AttemptState.Created,
            "complete" => AttemptState.Pending,
            _ => throw new ProviderAwayException($"Stripe gave a session the status {session?.Status}."),
        },
        _ => throw new ProviderAwayException($"Stripe gave a payment the status {intent.Status}."),
    };

    // Only a payment that was authorised has a charge; Stripe itself lets go of it when nobody captures.
    private static AttemptState Cancelled(StripeSession? session, StripeIntent intent) => intent switch
    {
        { HasCharge: true, CancellationReason: "automatic" } => AttemptState.AuthorisationExpired,
        { HasCharge: true } => AttemptState.Voided,
        _ => session?.Status == Expired ? AttemptState.Expired : AttemptState.Cancelled,
    };

    // A warning is an inquiry: no money has moved.
    private static bool HoldsMoney(StripeDispute dispute) => dispute.Status is "needs_response" or "under_review" or "lost";
}
