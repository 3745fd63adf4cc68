namespace Balie.Testing.Payments;

/// <summary>A payment link as fake Adyen keeps it.</summary>
internal sealed class FakeAdyenLink
{
    public required string Id { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required string Reference { get; init; }
    public required string ReturnUrl { get; init; }
    public required string ExpiresAt { get; init; }
    public required bool IsManual { get; init; }
    public string Status { get; set; } = "active";
}

/// <summary>A payment made by it; one that was refused has a name too.</summary>
internal sealed class FakeAdyenPayment
{
    public required string Psp { get; init; }
    public required string Link { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required string Reference { get; init; }
    public bool IsCancelled { get; set; }
    public long Captured { get; set; }
    public long ChargedBack { get; set; }
    public List<FakeAdyenRefund> Refunds { get; } = [];

    public long Refunded => Refunds.Where(refund => refund.Status != "failed").Sum(refund => refund.Amount);
}

internal sealed class FakeAdyenRefund
{
    public required string Psp { get; init; }
    public required long Amount { get; init; }
    public required string Reference { get; init; }
    public string Status { get; set; } = "received";
}
