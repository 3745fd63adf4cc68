using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Refunds.Runs;

/// <summary>How far giving everybody their money back has come, for an event or with <c>slotId</c> for one date of it.</summary>
internal static class SeeRefundRun
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/events/{eventId:guid}/refund-run", Handle).Needs(Permission.OrdersRead);

    public static async Task<Outcome<RefundRunView>> Handle(Guid eventId, Guid? slotId, Db db, CancellationToken ct) =>
        await Of(db, eventId, slotId, ct) is { } view ? view : RunNotFound;

    internal static async Task<RefundRunView?> Of(Sql sql, Guid eventId, Guid? slotId, CancellationToken ct)
    {
        if (await RefundRun.Find(sql, eventId, slotId, ct) is not { } run) return null;
        var sums = await sql.One<SumRow>(Sum, new { run.RunId }, ct) ?? throw new InvalidOperationException("A sum is one row.");
        var problems = sums.Failed == 0 ? [] : await sql.Many<RefundRunView.Problem>(
            SelectProblems, new { run.RunId, most = RefundRunView.MostProblems }, ct);
        return new RefundRunView(
            eventId, slotId, sums.Waiting > 0 || sums.Total == 0 ? "running" : "done", sums.Total, sums.Waiting, sums.Refunded,
            sums.Cancelled, sums.Failed, new Money(sums.AmountMinor, sums.Currency), [], problems, run.StartedAt);
    }

    private sealed record SumRow(
        long Total, long Waiting, long Refunded, long Cancelled, long Failed, long AmountMinor, string Currency);

    private const string Sum = """
        select count(*) as total, count(*) filter (where state = 'waiting') as waiting,
            count(*) filter (where outcome = 'refunded') as refunded, count(*) filter (where outcome = 'cancelled') as cancelled,
            count(*) filter (where state = 'failed') as failed, coalesce(sum(amount_minor), 0)::bigint as amount_minor,
            coalesce(min(currency::text), 'EUR') as currency
        from orders.refund_run_orders
        where org_id = @orgId and run_id = @runId
        """;

    private const string SelectProblems = """
        select order_id, reference as order_reference, problem as message
        from orders.refund_run_orders
        join orders.orders using (org_id, order_id)
        where org_id = @orgId and run_id = @runId and state = 'failed'
        order by order_id
        limit @most
        """;
}
