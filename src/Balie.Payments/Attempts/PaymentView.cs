namespace Balie.Payments.Attempts;

/// <summary>A payment as staff see it in lists.</summary>
/// <param name="State">created, pending, failed, cancelled, expired, authorised, voided, authorisation_expired, captured or
/// charged_back.</param>
internal sealed record PaymentView(
    Guid Id, Guid OrderId, string OrderReference, string State, Money Amount, Money Authorised, Money Captured, Money Refunded,
    Money ChargedBack, string Provider, string? ProviderRef, string? Method, string? FailureCode, DateTimeOffset ExpiresAt,
    DateTimeOffset CreatedAt)
{
    public static PaymentView Of(Attempt attempt)
    {
        Money In(long minor) => new(minor, attempt.Currency);
        return new PaymentView(
            attempt.AttemptId, attempt.OrderId, attempt.OrderReference, attempt.State, attempt.Amount, In(attempt.AuthorisedMinor),
            In(attempt.CapturedMinor), In(attempt.RefundedMinor), In(attempt.ChargedBackMinor), attempt.Provider, attempt.NewestRef,
            attempt.Method, attempt.FailureCode, attempt.ExpiresAt, attempt.CreatedAt);
    }
}
