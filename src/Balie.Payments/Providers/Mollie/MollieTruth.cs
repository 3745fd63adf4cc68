using System.Text.Json;

namespace Balie.Payments.Providers.Mollie;

/// <summary>What a payment of Mollie means in our words.</summary>
internal static class MollieTruth
{
    public static PaymentSnapshot Read(MolliePayment payment, string raw)
    {
        var amount = (payment.Amount ?? throw Incomplete("amount")).ToMoney();
        var zero = Money.Zero(amount.Currency);
        var refunds = payment._embedded?.Refunds ?? [];
        var captured = payment._embedded?.Captures is { Count: > 0 } captures
            ? Sum(captures.Where(capture => capture.Status == "succeeded").Select(capture => capture.Amount), zero)
            : payment.Status == "paid" ? amount : zero;
        var chargedBack = payment._embedded?.Chargebacks is { } chargebacks
            ? Sum(chargebacks.Where(chargeback => chargeback.ReversedAt is null).Select(chargeback => chargeback.Amount), zero)
            : payment.AmountChargedBack?.ToMoney() ?? zero;

        return new PaymentSnapshot(
            StateOf(payment, captured, chargedBack),
            payment.AuthorizedAt is not null || payment.Status is "authorized" or "paid" ? amount : zero,
            captured,
            Sum(refunds.Where(refund => refund.Status == "refunded").Select(refund => refund.Amount), zero),
            chargedBack,
            payment.Method,
            payment.Details?.FailureReason ?? payment.StatusReason?.Code,
            [.. refunds.Select(refund => Refund(refund))],
            raw,
            FailedCaptures: [.. (payment._embedded?.Captures ?? [])
                .Where(capture => capture.Status is "failed" or "canceled").Select(capture => capture.Id).OfType<string>()]);
    }

    public static RefundSnapshot Refund(MollieMovement refund, string? raw = null) => new(
        refund.Id ?? throw Incomplete("refund's id"),
        refund.Ours().Refund,
        refund.Status switch
        {
            "queued" or "pending" or "processing" => RefundState.Submitted,
            "refunded" => RefundState.Succeeded,
            "failed" => RefundState.Failed,
            "canceled" => RefundState.Cancelled,
            _ => throw new ProviderAwayException($"Mollie gave a refund the status {refund.Status}."),
        },
        (refund.Amount ?? throw Incomplete("refund's amount")).ToMoney(),
        refund.StatusReason?.Code,
        raw ?? JsonSerializer.Serialize(refund, Texts.CamelJson));

    public static AttemptState StateOf(MolliePayment payment, Money captured, Money chargedBack) => payment.Status switch
    {
        _ when chargedBack.Amount > 0 => AttemptState.ChargedBack,
        _ when captured.Amount > 0 => AttemptState.Captured,
        "open" => AttemptState.Created,
        "pending" => AttemptState.Pending,
        "authorized" => AttemptState.Authorised,
        "paid" => AttemptState.Captured,
        "failed" => AttemptState.Failed,
        // What had been authorised was released, or nobody captured it in time.
        "canceled" => payment.AuthorizedAt is null ? AttemptState.Cancelled : AttemptState.Voided,
        "expired" => payment.AuthorizedAt is null ? AttemptState.Expired : AttemptState.AuthorisationExpired,
        _ => throw new ProviderAwayException($"Mollie gave a payment the status {payment.Status}."),
    };

    public static ProviderAwayException Incomplete(string what) => new($"Mollie gave no {what}.");

    private static Money Sum(IEnumerable<MollieAmount?> amounts, Money zero) =>
        amounts.Aggregate(zero, (total, amount) => total + (amount ?? throw Incomplete("amount")).ToMoney());
}
