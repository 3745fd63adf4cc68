namespace Balie.Payments.Providers.Adyen;

/// <summary>
/// What the notifications of Adyen claim. They are verified, and there is nobody to ask, so their word counts. A code that is not listed is
/// kept and means nothing to us.
/// </summary>
internal static class AdyenEvents
{
    private const string CaptureFailed = "capture_failed";

    public static WebhookEvent Read(AdyenItem item, string raw) => new(
        $"{item.EventCode}:{item.PspReference}:{item.Success}",
        item.EventCode ?? "",
        // A modification has a name of its own; the payment is then the original.
        item.OriginalReference is { Length: > 0 } original ? original : item.PspReference,
        AdyenReference.Attempt(item.MerchantReference),
        item.OccurredAt(),
        Claim(item),
        raw);

    private static ClaimedChange? Claim(AdyenItem item) => (item.EventCode, item.Succeeded) switch
    {
        ("AUTHORISATION", true) => State(
            item, AdyenReference.IsCaptureLater(item.MerchantReference) ? AttemptState.Authorised : AttemptState.Captured),
        ("AUTHORISATION", false) => State(item, AttemptState.Failed),
        ("CAPTURE", true) => State(item, AttemptState.Captured),
        ("CAPTURE" or "CANCELLATION", false) => new ClaimedChange(
            null, null, item.PspReference, null, AmountOf(item), null, ReasonOf(item)),
        // The bank said yes and takes the money back all the same.
        ("CAPTURE_FAILED", _) => State(item, AttemptState.ChargedBack, CaptureFailed),
        ("CANCELLATION" or "TECHNICAL_CANCEL", true) => State(item, AttemptState.Voided),
        ("CANCEL_OR_REFUND", true) when item.Additional("modification.action") == "cancel" => State(item, AttemptState.Voided),
        ("CANCEL_OR_REFUND", true) when item.Additional("modification.action") == "refund" => Refund(item, RefundState.Succeeded),
        ("EXPIRE", true) => State(item, AttemptState.AuthorisationExpired),
        ("OFFER_CLOSED", true) => State(item, AttemptState.Expired),
        ("REFUND", true) => Refund(item, RefundState.Succeeded),
        ("REFUND", false) or ("REFUND_FAILED", _) => Refund(item, RefundState.Failed),
        ("REFUNDED_REVERSED", true) => Refund(item, RefundState.Reversed),
        ("CHARGEBACK" or "SECOND_CHARGEBACK" or "PREARBITRATION_LOST", true) => State(item, AttemptState.ChargedBack),
        ("CHARGEBACK_REVERSED" or "PREARBITRATION_WON", true) => State(item, AttemptState.Captured),
        _ => null,
    };

    private static ClaimedChange State(AdyenItem item, AttemptState state, string? reason = null) => new(
        state, null, item.PspReference, null, AmountOf(item), item.PaymentMethod, reason ?? ReasonOf(item));

    private static ClaimedChange Refund(AdyenItem item, RefundState state) => new(
        null, state, item.PspReference, AdyenReference.Refund(item.MerchantReference), AmountOf(item), item.PaymentMethod, ReasonOf(item));

    // The signature covers the amount, so an item without one cannot have been verified.
    private static Money AmountOf(AdyenItem item) => item.Amount?.ToMoney() ?? throw new ProviderAwayException("Adyen gave no amount.");

    private static string? ReasonOf(AdyenItem item) => item.Reason is { Length: > 0 } reason ? reason : null;
}
