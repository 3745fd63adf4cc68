namespace Balie.Payments.Providers.Adyen;

/// <summary>
/// Our references at Adyen, which come back, signed, in its notifications: <c>ORDER.attempt</c> or <c>ORDER.attempt.later</c> for a
/// payment, <c>refund.id</c> for a refund. Whether the money is only reserved is nowhere else in what is signed.
/// </summary>
internal static class AdyenReference
{
    private const int LongestOrder = 32;
    private const string Later = "later";
    private const string RefundMark = "refund";

    public static string Of(CreatePayment payment)
    {
        var order = Texts.Reference(payment.OrderReference).Replace('.', '-');
        var reference = $"{order[..Math.Min(order.Length, LongestOrder)]}.{payment.AttemptId}";
        return payment.CaptureLater ? $"{reference}.{Later}" : reference;
    }

    public static string Of(Guid refundId) => $"{RefundMark}.{refundId}";

    public static Guid? Attempt(string? reference) => Parts(reference) switch
    {
        [RefundMark, ..] => null,
        [_, var id] when Guid.TryParseExact(id, "D", out var attempt) => attempt,
        [_, var id, Later] when Guid.TryParseExact(id, "D", out var attempt) => attempt,
        _ => null,
    };

    public static Guid? Refund(string? reference) =>
        Parts(reference) is [RefundMark, var id] && Guid.TryParseExact(id, "D", out var refund) ? refund : null;

    public static bool IsCaptureLater(string? reference) => Parts(reference) is [_, _, Later];

    private static string[] Parts(string? reference) => (reference ?? "").Split('.');
}
