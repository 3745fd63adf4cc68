namespace Balie.Contracts.Payments;

/// <summary>Money was taken for an order.</summary>
[Message("payment.captured")]
public sealed record PaymentCaptured(Guid AttemptId, Guid OrderId, string Provider, Money Amount);

/// <summary>An attempt ended without money: failed, cancelled or expired. The order may still be paid another way.</summary>
[Message("payment.failed")]
public sealed record PaymentFailed(Guid AttemptId, Guid OrderId, string Status, string Reason);

/// <summary>A card holder's bank took money back, or gave it back again (negative).</summary>
[Message("payment.charged_back")]
public sealed record PaymentChargedBack(Guid AttemptId, Guid OrderId, Money Amount);
