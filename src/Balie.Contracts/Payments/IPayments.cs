namespace Balie.Contracts.Payments;

/// <summary>
/// What Orders asks of Payments. Nothing here calls a provider: that happens after the commit, or when the buyer opens the payment page.
/// </summary>
public interface IPayments
{
    /// <summary>
    /// Puts a payment attempt beside the order, in its transaction, and gives the address of our page where it is paid. While an earlier
    /// attempt for the same amount is still open that one is given again.
    /// </summary>
    Task<OpenedPayment> Open(Tx tx, PaymentRequest request, CancellationToken ct);

    /// <summary>
    /// Ends whatever is open for an order, in its transaction: open attempts are cancelled and authorised ones voided at the provider
    /// afterwards. A success that was faster still arrives at <see cref="IPayables"/>.
    /// </summary>
    Task Stop(Tx tx, Guid orderId, string reason, CancellationToken ct);

    /// <summary>
    /// Puts a refund to the order's captured payments, the latest first, in the caller's transaction; the provider is asked afterwards.
    /// </summary>
    /// <exception cref="InvalidOperationException">More than what is left of the captured amounts.</exception>
    Task Refund(Tx tx, RefundOrder refund, CancellationToken ct);

    /// <summary>What came in and went out for these orders, by order; orders without any payment are left out.</summary>
    Task<IReadOnlyList<PaymentTotals>> Totals(Sql sql, IReadOnlyList<Guid> orderIds, CancellationToken ct);

    /// <summary>Takes authorised money, in the caller's transaction; the provider is asked afterwards.</summary>
    Task Capture(Tx tx, Guid orderId, CancellationToken ct);
}

/// <param name="OrderReference">Travels to the provider; letters and digits only.</param>
/// <param name="Description">What the buyer reads on their statement.</param>
/// <param name="ExpiresAt">Until when it makes sense to pay.</param>
/// <param name="CaptureLater">Authorise now, capture on <see cref="IPayments.Capture"/>.</param>
/// <param name="IsFirst">The order is new in this very transaction, so there is no attempt that could be gone on with.</param>
public sealed record PaymentRequest(
    Guid OrderId, string OrderReference, Money Amount, string Description, string Locale, DateTimeOffset ExpiresAt,
    bool CaptureLater = false, bool IsFirst = false);

/// <param name="PaymentUrl">
/// Our page, absolute, for the buyer alone. Opening it starts the payment at the provider, and knows them again when they come back.
/// </param>
public sealed record OpenedPayment(Guid AttemptId, string PaymentUrl);

/// <param name="RefundId">The asker's own document, from which the provider's idempotency key is made.</param>
public sealed record RefundOrder(Guid RefundId, Guid OrderId, Money Amount, string Reason);

/// <summary>Money of one order, all attempts together.</summary>
/// <param name="Refunded">What the provider has paid back.</param>
/// <param name="Refunding">What it was asked to pay back and has not.</param>
/// <param name="IsPending">A buyer or bank is still busy: the order must not expire under them.</param>
/// <param name="PaymentUrl">Of the attempt that can still be paid.</param>
public sealed record PaymentTotals(
    Guid OrderId, Money Authorised, Money Captured, Money Refunded, Money Refunding, Money ChargedBack, bool IsPending, string? PaymentUrl);

/// <summary>
/// What Payments asks of whoever is being paid: Orders. What locks and tells is called within the transaction in which Payments writes down
/// what happened, so that money and its meaning commit together.
/// </summary>
public interface IPayables
{
    /// <summary>Locks the order's row, first of all, for every change to its payments. False when there is no such order.</summary>
    Task<bool> Lock(Tx tx, Guid orderId, CancellationToken ct);

    /// <summary>Something happened to an order's money. Called once per happening; must not refuse.</summary>
    Task Happened(Tx tx, PaymentHappening happening, CancellationToken ct);

    /// <summary>The field with what <see cref="PassTo"/> gave, of a form that is sent to the order's page.</summary>
    const string PassField = "pass";

    /// <summary>
    /// What opens the order's page for a quarter of an hour without its e-mail address, for whoever has paid it just now. It goes into
    /// <see cref="PassField"/>, and into no address.
    /// </summary>
    string PassTo(Guid orgId, Guid orderId);
}

/// <param name="Amount">Of this happening alone, such as what was captured just now.</param>
/// <param name="RefundId">For the refund kinds.</param>
/// <param name="Reason">For failures: what the provider said, for staff.</param>
public sealed record PaymentHappening(
    PaymentEvent Event, Guid OrderId, Guid AttemptId, Money Amount, Guid? RefundId = null, string Reason = "");

public enum PaymentEvent
{
    Pending,
    Authorised,
    Captured,
    Failed,
    Cancelled,
    Expired,
    Voided,
    ChargedBack,
    ChargebackReversed,
    RefundSucceeded,
    RefundFailed,
    RefundReversed,
}
