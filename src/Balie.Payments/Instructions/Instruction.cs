using Balie.Payments.Attempts;
using Balie.Payments.Providers;

namespace Balie.Payments.Instructions;

/// <summary>
/// What a provider is to be told about a payment it has: written in the transaction of the decision, carried out after its commit under a
/// key made of its own id, so that no repetition does it twice.
/// </summary>
/// <param name="RefundId">The order's refund; null for one that somebody made at the provider by hand.</param>
/// <param name="Part">A refund that is more than one payment can give back has several.</param>
internal sealed record Instruction(
    Guid InstructionId, Guid AttemptId, Guid OrderId, string Kind, Guid? RefundId, short Part, long AmountMinor, string Currency,
    string Reason, string State, string? ProviderRef, int Tries, DateTimeOffset CreatedAt)
{
    public const string Channel = "payments_instructions";
    public const string Columns = """
        instruction_id, attempt_id, order_id, kind, refund_id, part, amount_minor, currency, reason, state, provider_ref, tries, created_at
        """;

    public const string Refund = "refund";
    public const string Capture = "capture";
    public const string Void = "void";

    public Money Amount => new(AmountMinor, Currency);

    public string Key => Kind == Refund && RefundId is { } refund
        ? Part == 1 ? $"refund:{refund}" : $"refund:{refund}:{Part}"
        : $"{Kind}:{InstructionId}";

    public bool IsOpen => State is RefundStates.Requested or RefundStates.Submitted;

    public static async Task Add(
        Tx tx, Attempt attempt, string kind, Money amount, string reason, Guid? refundId, short part, CancellationToken ct)
    {
        await tx.Later(Insert, new
        {
            instructionId = tx.NewId(),
            attempt.AttemptId,
            attempt.OrderId,
            kind,
            refundId,
            part,
            amountMinor = amount.Amount,
            amount.Currency,
            reason = AttemptLog.Clip(reason, 500),
            tx.Now,
        }, ct);
        tx.Signal(Channel);
    }

    /// <summary>For <c>@instructionId</c>: what became of it, and when to look at it again.</summary>
    public const string Move = """
        update payments.instructions
        set state = @state, provider_ref = @reference, next_try_at = @nextTryAt, problem = @problem, updated_at = @now
        where org_id = @orgId and instruction_id = @instructionId
        """;

    private const string Insert = """
        insert into payments.instructions (
            org_id, instruction_id, attempt_id, order_id, kind, refund_id, part, amount_minor, currency, reason, state, next_try_at,
            created_at, updated_at)
        values (
            @orgId, @instructionId, @attemptId, @orderId, @kind, @refundId, @part, @amountMinor, @currency, @reason, 'requested', @now,
            @now, @now)
        on conflict on constraint instructions_refund_once do nothing
        """;
}

/// <summary>The life of a refund, and of whatever else a provider is told.</summary>
internal static class RefundStates
{
    public const string Requested = "requested";
    public const string Submitted = "submitted";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
    public const string Reversed = "reversed";

    public static string Name(this RefundState state) => state switch
    {
        RefundState.Requested => Requested,
        RefundState.Submitted => Submitted,
        RefundState.Succeeded => Succeeded,
        RefundState.Failed => Failed,
        RefundState.Cancelled => Cancelled,
        RefundState.Reversed => Reversed,
        _ => throw new InvalidOperationException($"Unknown state of a refund {state}."),
    };

    /// <summary>
    /// Money that came out and then came back is reversed, whatever the provider calls it; what ended without money stays ended, unless the
    /// provider did pay after all.
    /// </summary>
    public static bool May(string from, string to) => (from, to) switch
    {
        (Requested, Submitted or Succeeded or Failed or Cancelled) => true,
        (Submitted, Succeeded or Failed or Cancelled) => true,
        (Failed or Cancelled, Succeeded) => true,
        (Succeeded, Reversed) => true,
        _ => false,
    };
}
