namespace Balie.Orders.Refunds;

/// <summary>Moves a refund, whose order the caller has locked, to another status, and writes down who did it and why.</summary>
internal static class RefundStep
{
    private const int LongestReason = 500;

    /// <summary>False when the table of transitions does not know this one; then nothing is changed.</summary>
    public static async Task<bool> Take(
        Tx tx, Guid refundId, string from, string to, string actor, string reason, CancellationToken ct)
    {
        if (!RefundStates.MayBecome(from, to)) return false;
        var decides = from == RefundStates.Proposed;
        await tx.Later(Move, new { refundId, to, actor, decides, failure = to == RefundStates.Failed ? Cut(reason) : "", tx.Now }, ct);
        await Record(tx, refundId, from, to, actor, reason, ct);
        return true;
    }

    public static Task Record(Tx tx, Guid refundId, string from, string to, string actor, string reason, CancellationToken ct) =>
        tx.Later(Insert, new { refundId, tx.Now, actor, from, to, reason = Cut(reason) }, ct);

    private static string Cut(string text) => text.Length > LongestReason ? text[..LongestReason] : text;

    private const string Move = """
        update orders.refunds
        set status = @to, failure = @failure, updated_at = @now,
            decided_by = case when @decides then @actor else decided_by end,
            decided_at = case when @decides then @now else decided_at end
        where org_id = @orgId and refund_id = @refundId
        """;

    private const string Insert = """
        insert into orders.refund_history (org_id, refund_id, step, at, actor, from_status, to_status, reason)
        select @orgId, @refundId, count(*) + 1, @now, @actor, @from, @to, @reason
        from orders.refund_history
        where org_id = @orgId and refund_id = @refundId
        """;
}
