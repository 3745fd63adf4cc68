using Balie.Testing.Payments;

namespace Balie.Tests.Simulation;

/// <summary>
/// Everything comes to rest: buyers finish or walk away, all post is brought, all work is done, staff see to what failed, and time passes
/// until nobody waits for anything.
/// </summary>
internal sealed class Ending(World world, Action<string> note)
{
    private static readonly TimeSpan[] Rounds =
        [.. new[] { 1.0, 3, 11, 31, 65, 65, 130, 780, 800, 1_500, 1_500 }.Select(minutes => TimeSpan.FromMinutes(minutes))];

    private const int TroublesThatBreak = 3;
    private readonly HashSet<Guid> _slow = [];

    private static CancellationToken Ct => Product.Ct;

    public async Task Come()
    {
        await Finish();
        foreach (var round in Rounds)
        {
            await Work();
            await Invariants.Check(world, Ct);
            if (await world.Judge.One<string>(Unfinished, null, Ct) is not { } left) break;
            note($"at rest after {round}? {left}");
            await world.App.Pass(round);
        }
        await world.App.Deliver(Ct);
        await Invariants.CheckAtRest(world, Ct);
    }

    private async Task Finish()
    {
        world.Fake.Server.Heal();
        // Long enough for a breaker that troubles have opened.
        if (world.Troubles >= TroublesThatBreak) await Task.Delay(SimulatedProduct.BreakFor, Ct);
        foreach (var attempt in (await Standing.Of(world, Ct)).All("attempt").Where(attempt => attempt.Text.Length > 0))
            world.Fake.Buyer(attempt.Text, world.Chance(50) ? BuyerDoes.Pays : BuyerDoes.LetsExpire);
    }

    private async Task Work()
    {
        await world.App.DeliverWhatCanBe(Ct);
        await world.App.Workers.RunDue(Ct);
        await BackgroundDeeds.DoAll(world);
        world.Fake.SettleRefunds();
        world.Collect();
        var letters = world.Post.ToArray();
        world.Post.Clear();
        world.Random.Shuffle(letters);
        await BackgroundDeeds.Bring(world, letters);
        await world.App.Workers.RunDue(Ct);
        EndSlowPayments(await Standing.Of(world, Ct));
        foreach (var refund in (await Standing.Of(world, Ct)).All("refund", "proposed", "failed", "reversed"))
        {
            var verb = refund.Status == "proposed" ? "approval" : "retry";
            var (status, _) = await world.Submit(world.SecondStaff, $"/api/v1/refunds/{refund.Id}/{verb}", new { });
            note($"{verb} of refund {refund.Id}: {status}");
        }
    }

    // Elsewhere whoever pays slowly may still pay or not; at Stripe that is the bank's.
    private void EndSlowPayments(Standing standing)
    {
        if (world.Fake is not FakeStripe stripe) return;
        foreach (var attempt in standing.All("attempt", "pending"))
            if (_slow.Add(attempt.Id)) stripe.EndSlowPayment(attempt.Text, world.Chance(50));
    }

    private const string Unfinished = """
        select what
        from (
            select format('order %s awaits payment', order_id) as what
            from orders.orders
            where status = 'awaiting_payment'
            union all
            select format('payment %s is %s', attempt_id, state)
            from payments.attempts
            where state in ('created', 'pending')
            union all
            select format('%s %s is %s', kind, instruction_id, state)
            from payments.instructions
            where state in ('requested', 'submitted')
            union all
            select format('webhook %s waits: %s', webhook_id, problem)
            from payments.webhooks
            where state = 'waiting'
            union all
            select format('refund %s is %s', refund_id, status)
            from orders.refunds
            where status not in ('succeeded', 'declined', 'cancelled')
            union all
            select format('order %s waits in its run', order_id)
            from orders.refund_run_orders
            where state = 'waiting'
            union all
            select format('%s of %s failed: %s', consumer, kind, reason)
            from kernel.undelivered
            union all
            select format('call-off %s goes on', call_off_id)
            from ticketing.call_offs
            where finished_at is null
        ) as unfinished
        limit 1
        """;
}
