using System.Diagnostics;
using Balie.Orders.Invoices;
using Balie.Orders.Saga;
using Npgsql;

namespace Balie.Orders.Refunds.Runs;

/// <summary>
/// Gives everybody's money back, some orders at a time, no faster than the installation allows. Each batch is one transaction: refunds,
/// what became of the orders, and last the credit notes. Whatever kills it, the next one goes on where it stopped; several at once take
/// different orders. Then it looks again, for orders that were confirmed meanwhile.
/// </summary>
internal static partial class CarryOutRefundRuns
{
    private const int AtOnce = 20;
    private const int Lanes = 3;
    private const int LongestProblem = 500;

    public static async Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        var log = services.GetRequiredService<ILogger<OrdersModule>>();
        foreach (var run in await db.Everywhere.Many<RefundRun>(SelectOpen, new { db.Everywhere.Now }, ct))
        {
            var found = await db.As(run.OrgId).Run(Gather, new { run.RunId, run.SubjectId, run.PartId, db.Everywhere.Now }, ct);
            var pace = new Pace(services.GetRequiredService<PolicyStore>().Defaults.RefundsPerSecond);
            var done = (await Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => Lane(db, run, services, pace, ct)))).Sum();
            if (done > 0) LogDone(log, run.RunId, run.SubjectId, found, done);
        }
    }

    private static async Task<int> Lane(SystemDb db, RefundRun run, IServiceProvider services, Pace pace, CancellationToken ct)
    {
        for (var done = 0; ;)
        {
            var batch = 0;
            await db.As(run.OrgId).Transact(async tx => { batch = await Batch(tx, run, services, ct); }, ct);
            if (batch == 0) return done;
            done += batch;
            await pace.Keep(batch, ct);
        }
    }

    /// <summary>How many orders it could deal with; those that somebody else has locked wait for the next look.</summary>
    private static async Task<int> Batch(Tx tx, RefundRun run, IServiceProvider services, CancellationToken ct)
    {
        var ids = await tx.Many<Guid>(TakeWaiting, new { run.RunId, AtOnce }, ct);
        if (ids.Length == 0) return 0;
        var orders = await tx.Many<OrderRow>(LockOrders, new { ids }, ct);
        await DeclineProposals(tx, run, orders, ct);
        var (results, notes) = (new List<(SoldOrder Sold, RefundOfRun.Done Done)>(), new List<CreditNote>());
        foreach (var sold in await services.GetRequiredService<SoldOrders>().Read(tx, orders, ct))
        {
            var done = await Try(tx, run, sold, services.GetRequiredService<RefundOfRun>(), ct);
            if (done.Outcome is null) continue;
            results.Add((sold, done));
            if (done.Note is not null) notes.Add(done.Note);
        }
        if (results.Count == 0) return 0;
        await tx.Later(WriteResults, new
        {
            run.RunId,
            ids = results.Select(result => result.Sold.Order.OrderId).ToArray(),
            outcomes = results.Select(result => result.Done.Outcome).ToArray(),
            amounts = results.Select(result => result.Done.AmountMinor).ToArray(),
            problems = results.Select(result => Cut(result.Done.Problem)).ToArray(),
            tx.Now,
        }, ct);
        await services.GetRequiredService<IssueInvoice>().ForRefunds(tx, notes, ct);
        return results.Count;
    }

    // One order that cannot be refunded holds up no other.
    private static async Task<RefundOfRun.Done> Try(Tx tx, RefundRun run, SoldOrder sold, RefundOfRun one, CancellationToken ct)
    {
        var done = new RefundOfRun.Done("");
        await tx.AllOrNothing(async () =>
        {
            try
            {
                done = await one.Do(tx, run, sold, ct);
                await tx.Send(ct);
            }
            catch (Exception problem) when (problem is InvalidOperationException or PostgresException { IsTransient: false })
            {
                done = new RefundOfRun.Done("", Problem: problem.Message);
            }
            return !string.IsNullOrEmpty(done.Outcome);
        }, ct);
        return done;
    }

    // What waits for approval would be left behind: everything goes back now, and nobody has to decide.
    private static async Task DeclineProposals(Tx tx, RefundRun run, OrderRow[] orders, CancellationToken ct)
    {
        var args = new { ids = orders.Select(order => order.OrderId).ToArray(), run.SubjectId };
        foreach (var refundId in await tx.Many<Guid>(SelectProposals, args, ct))
        {
            await RefundStep.Take(
                tx, refundId, RefundStates.Proposed, RefundStates.Declined, run.Actor, "called off: everything goes back", ct);
        }
    }

    private static string Cut(string problem) => problem.Length > LongestProblem ? problem[..LongestProblem] : problem;

    /// <summary>So many a second, over all lanes together.</summary>
    private sealed class Pace(int perSecond)
    {
        private readonly long _started = Stopwatch.GetTimestamp();
        private long _done;

        public Task Keep(int more, CancellationToken ct)
        {
            var due = TimeSpan.FromSeconds((double)Interlocked.Add(ref _done, more) / perSecond);
            var ahead = due - Stopwatch.GetElapsedTime(_started);
            return ahead > TimeSpan.Zero ? Task.Delay(ahead, ct) : Task.CompletedTask;
        }
    }

    private const string SelectOpen = $"""
        select {RefundRun.Columns}
        from orders.refund_runs
        where closes_at > @now or exists (
            select from orders.refund_run_orders as waiting
            where waiting.org_id = refund_runs.org_id and waiting.run_id = refund_runs.run_id and state = 'waiting'
        )
        order by started_at
        """;

    private const string Gather = $"""
        insert into orders.refund_run_orders (org_id, run_id, order_id, state, currency, updated_at)
        select @orgId, @runId, order_id, 'waiting', currency, @now
        from ({RefundRun.Orders}) as found
        on conflict do nothing
        """;

    private const string TakeWaiting = """
        select order_id
        from orders.refund_run_orders
        where org_id = @orgId and run_id = @runId and state = 'waiting'
        order by order_id
        limit @atOnce
        for update skip locked
        """;

    private const string LockOrders = $"""
        select {OrderRow.Columns}
        from orders.orders
        where org_id = @orgId and order_id = any (@ids)
        order by order_id
        for update skip locked
        """;

    private const string SelectProposals = """
        select distinct refund_id
        from orders.refunds
        join orders.refund_lines using (org_id, refund_id)
        join orders.order_lines as lines using (org_id, line_id)
        join orders.order_holds as holds using (org_id, hold_id)
        where org_id = @orgId and refunds.order_id = any (@ids) and refunds.status = 'proposed' and subject_id = @subjectId
        """;

    private const string WriteResults = """
        update orders.refund_run_orders
        set state = case when w.outcome = '' then 'failed' else 'done' end, outcome = w.outcome, amount_minor = w.amount,
            problem = w.problem, updated_at = @now
        from unnest(@ids, @outcomes, @amounts, @problems) as w (id, outcome, amount, problem)
        where org_id = @orgId and run_id = @runId and order_id = w.id
        """;

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Run {RunId} for {SubjectId} found {Found} more orders and is done with {Done}")]
    private static partial void LogDone(ILogger log, Guid runId, Guid subjectId, int found, int done);
}
