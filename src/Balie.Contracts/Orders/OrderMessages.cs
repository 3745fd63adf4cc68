namespace Balie.Contracts.Orders;

/// <summary>An order was made and can be paid.</summary>
[Message("order.placed")]
public sealed record OrderPlaced(Guid OrderId, string Reference, Money Total);

/// <summary>An order is paid for, or needs no payment; what it holds is the buyer's.</summary>
[Message("order.confirmed")]
public sealed record OrderConfirmed(Guid OrderId, string Reference, Money Total, IReadOnlyList<Guid> HoldIds, string Locale);

/// <summary>Nobody paid in time.</summary>
[Message("order.expired")]
public sealed record OrderExpired(Guid OrderId, string Reference);

/// <summary>Given up by its buyer or by staff. What was paid is refunded.</summary>
[Message("order.cancelled")]
public sealed record OrderCancelled(Guid OrderId, string Reference, string Reason);

/// <summary>The buyer, or staff for them, asks for the order's mails once more.</summary>
[Message("order.resend_asked")]
public sealed record OrderResendAsked(Guid OrderId, string Reference);

/// <summary>Money came for something that could not be had any more; it goes back.</summary>
[Message("order.paid_too_late")]
public sealed record OrderPaidTooLate(Guid OrderId, string Reference, Money Amount);

/// <summary>A refund was decided.</summary>
[Message("refund.requested")]
public sealed record RefundRequested(Guid RefundId, Guid OrderId, Money Amount, string Reason);

/// <summary>The provider paid a refund out.</summary>
[Message("refund.succeeded")]
public sealed record RefundSucceeded(Guid RefundId, Guid OrderId, Money Amount);

/// <summary>The provider could not pay a refund out; staff must look.</summary>
[Message("refund.failed")]
public sealed record RefundFailed(Guid RefundId, Guid OrderId, Money Amount, string Reason);
