using Balie.Contracts.Orders;

namespace Balie.Orders.Refunds.Runs;

/// <summary>Everybody's money back for one event, or one date of it.</summary>
/// <param name="PartId">The date; the nil id is all of them.</param>
internal sealed record RefundRun(Guid OrgId, Guid RunId, Guid SubjectId, Guid PartId, string Reason, string Actor, DateTimeOffset StartedAt)
{
    /// <summary>For so long an order that was confirmed late is still looked for.</summary>
    private static readonly TimeSpan OpenFor = TimeSpan.FromHours(24);

    public const string Columns = "org_id, run_id, subject_id, part_id, reason, actor, started_at";

    public bool Includes(SoldHold hold) => hold.SubjectId == SubjectId && (PartId == Guid.Empty || hold.PartId == PartId);

    /// <summary>Begins it, or begins again with what failed.</summary>
    public static async Task Start(Tx tx, Guid subjectId, Guid? partId, string reason, string actor, CancellationToken ct)
    {
        var runId = await tx.One<Guid>(Insert, new
        {
            runId = tx.NewId(),
            subjectId,
            partId = partId ?? Guid.Empty,
            reason,
            actor,
            tx.Now,
            closesAt = tx.Now + OpenFor,
        }, ct);
        await tx.Run(Retry, new { runId, tx.Now }, ct);
    }

    public static Task<RefundRun?> Find(Sql sql, Guid subjectId, Guid? partId, CancellationToken ct) =>
        sql.One<RefundRun>(SelectOne, new { subjectId, partId = partId ?? Guid.Empty }, ct);

    /// <summary>Orders that something of it is in, and that are not gone already.</summary>
    public const string Orders = """
        select distinct order_id, orders.currency
        from orders.order_holds
        join orders.orders using (org_id, order_id)
        where org_id = @orgId and subject_id = @subjectId and (@partId = '00000000-0000-0000-0000-000000000000' or part_id = @partId)
        and status in ('awaiting_payment', 'confirmed', 'completed')
        """;

    private const string Insert = """
        insert into orders.refund_runs (org_id, run_id, subject_id, part_id, reason, actor, started_at, closes_at)
        values (@orgId, @runId, @subjectId, @partId, left(@reason, 500), @actor, @now, @closesAt)
        on conflict on constraint refund_runs_once do update
        set closes_at = excluded.closes_at
        returning run_id
        """;

    private const string Retry = """
        update orders.refund_run_orders
        set state = 'waiting', problem = '', updated_at = @now
        where org_id = @orgId and run_id = @runId and state = 'failed'
        """;

    private const string SelectOne = $"""
        select {Columns}
        from orders.refund_runs
        where org_id = @orgId and subject_id = @subjectId and part_id = @partId
        """;
}

/// <summary>How a run stands, or what it would do.</summary>
/// <param name="Status">planned (a dry run), running or done.</param>
/// <param name="Total">Orders that something of the event is in.</param>
/// <param name="Refunded">So many of them get money back.</param>
/// <param name="Cancelled">So many cost nothing, or were not paid, and end.</param>
/// <param name="Failed">So many need somebody to look: see problems.</param>
/// <param name="Amount">What goes back in all.</param>
/// <param name="Vat">Of a dry run: the VAT in the amount.</param>
/// <param name="Problems">The first of them.</param>
internal sealed record RefundRunView(
    Guid EventId, Guid? SlotId, string Status, long Total, long Waiting, long Refunded, long Cancelled, long Failed, Money Amount,
    IReadOnlyList<VatLine> Vat, IReadOnlyList<RefundRunView.Problem> Problems, DateTimeOffset? StartedAt)
{
    public const int MostProblems = 100;

    internal sealed record Problem(Guid OrderId, string OrderReference, string Message);
}
