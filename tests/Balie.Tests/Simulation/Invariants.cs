namespace Balie.Tests.Simulation;

/// <summary>
/// What must hold after every step: the invariants that every module states for <c>balie verify</c>, and others that hold the modules
/// against each other. All of them in one round trip, under row security, so that each sees the seed's organisation and nothing else.
/// </summary>
internal static class Invariants
{
    /// <summary>Whose tables belong to the installation; looked at once in a while, for all organisations together.</summary>
    private static readonly string[] OfInstallation =
    [
        "I5 no module has read further than the database has come", "I5 every message is handled, set aside or waiting",
        "I1 every process's memory of the pools equals the claims", "Every organisation has an owner",
        "No ended session has an unused refresh token that is newer than its end",
    ];

    /// <summary>True only after the relay has caught up, which here is when the story comes to rest.</summary>
    private const string Eventually = "I5 every booking that was confirmed more than a minute ago has exactly its tickets";

    private static readonly Check[] Stated =
    [
        .. new Installation(Modules.WithHouseChecks(Modules.All)).Checks.Select(stated => stated.Check)
            .Where(check => !OfInstallation.Contains(check.Name) && !check.Name.StartsWith("I6", StringComparison.Ordinal)),
    ];

    private static readonly string AtEveryStep = Together([.. Stated.Where(check => check.Name != Eventually), .. Between]);
    private static readonly string AtRest = Together([.. Stated, .. Between, .. Settled]);

    public static Task Check(World world, CancellationToken ct) => Check(world, AtEveryStep, ct);

    public static Task CheckAtRest(World world, CancellationToken ct) => Check(world, AtRest, ct);

    private static async Task Check(World world, string all, CancellationToken ct)
    {
        var promised = world.Promised();
        var violations = await world.Judge.Many<string>(all, new
        {
            promised,
            asked = (long)world.OrdersAsked,
            provider = $"provider:{world.Fake.Name}",
            taken = world.Fake.Ledger.Sum("capture"),
            balance = world.Fake.Ledger.Balance(),
        }, ct);
        if (violations.Length > 0) throw new ViolationException(string.Join(Environment.NewLine, violations));
    }

    private static string Together(IReadOnlyList<Check> checks) => string.Join("\nunion all\n", checks.Select(check =>
    {
        var name = check.Name.Replace("'", "''", StringComparison.Ordinal);
        return $"select '{name}: ' || violation from (\n{check.Violations}\n) as found (violation)";
    }));

    private static Check[] Between =>
    [
        new("I1 no slot has more good tickets than places", """
            select format('slot %s: %s tickets, %s places', slot_id, count(*), capacity)
            from ticketing.tickets
            join inventory.pools on pools.org_id = tickets.org_id and pools.pool_id = slot_id
            where status in ('issued', 'checked_in', 'transferred', 'listed')
            group by slot_id, capacity
            having count(*) > capacity
            """),
        new("I2 an order that is not sold has no good ticket", """
            select format('order %s is %s, ticket %s is %s', orders.order_id, orders.status, ticket_id, tickets.status)
            from orders.orders
            join orders.order_holds using (org_id, order_id)
            join ticketing.tickets on tickets.org_id = orders.org_id and tickets.booking_id = hold_id
            where orders.status not in ('confirmed', 'completed') and tickets.status in ('issued', 'checked_in', 'transferred', 'listed')
            """),
        new("I3 orders and payments say the same about money", """
            select format('order %s: captured %s and %s, refunded %s and %s, charged back %s and %s', order_id, orders.captured_minor,
                paid.captured, orders.refunded_minor, paid.refunded, orders.charged_back_minor, paid.charged_back)
            from orders.orders
            cross join lateral (
                select coalesce(sum(captured_minor), 0) as captured, coalesce(sum(refunded_minor), 0) as refunded,
                    coalesce(sum(charged_back_minor), 0) as charged_back
                from payments.attempts
                where attempts.org_id = orders.org_id and attempts.order_id = orders.order_id
            ) as paid
            where (orders.captured_minor, orders.refunded_minor, orders.charged_back_minor)
                <> (paid.captured, paid.refunded, paid.charged_back)
            """),
        new("I3 no money is booked that the provider did not take", """
            select format('booked %s, taken %s', sum(amount_minor), @taken)
            from payments.ledger_entries
            join payments.ledger_lines using (org_id, entry_id)
            where account = @provider and kind = 'capture'
            having sum(amount_minor) > @taken
            """),
        new("I4 there are no more orders than were asked for", """
            select format('%s orders for %s keys', count(*), @asked)
            from orders.orders
            having count(*) > @asked
            """),
        new("I5 nobody has more tickets than were booked", """
            select format('booking %s: %s of %s', booking_id, count(*), quantity)
            from ticketing.tickets
            join (
                select booking_id, sum(quantity) as quantity
                from ticketing.booking_items
                group by booking_id
            ) as booked using (booking_id)
            group by booking_id, quantity
            having count(*) > quantity
            """),
        new("I7 every order that somebody was told of is there", """
            select format('order %s', order_id)
            from unnest(@promised::uuid[]) as promised (order_id)
            where order_id not in (select order_id from orders.orders)
            """),
        new("I8 places are numbered from one to the capacity of their pool", """
            select format('pool %s, unit %s of %s', pool_id, unit, capacity)
            from inventory.claims
            join inventory.pools using (org_id, pool_id)
            where unit > capacity
            """),
        new("I10 no history has a gap", """
            select format('%s %s: %s steps, the last is %s', kind, id, count(*), max(step))
            from (
                select 'order' as kind, order_id as id, step from orders.order_history
                union all
                select 'refund', refund_id, step from orders.refund_history
                union all
                select 'payment', attempt_id, step from payments.attempt_log
                union all
                select 'booking', booking_id, step from ticketing.booking_history
                union all
                select 'ticket', ticket_id, step from ticketing.ticket_history
            ) as told
            group by kind, id
            having min(step) <> 1 or max(step) <> count(*)
            """),
    ];

    private static Check[] Settled =>
    [
        new("no order waits for a payment for ever", """
            select format('order %s until %s', order_id, expires_at)
            from orders.orders
            where status = 'awaiting_payment'
            """),
        new("I2 every order that is sold has its places, or gave them back", """
            select format('order %s is %s, its booking %s is %s', order_id, orders.status, hold_id, bookings.status)
            from orders.orders
            join orders.order_holds using (org_id, order_id)
            left join ticketing.bookings on bookings.org_id = orders.org_id and booking_id = hold_id
            where orders.status in ('confirmed', 'completed') and bookings.status is distinct from 'confirmed'
            and not exists (
                select from orders.refund_lines
                join orders.order_lines using (org_id, line_id)
                where order_lines.hold_id = order_holds.hold_id
            )
            """),
        new("I3 nobody paid for nothing: what came in was sold, or went back", """
            select format('order %s (%s, total %s): customers %s', order_id, status, total_minor, sum(amount_minor))
            from payments.ledger_entries
            join payments.ledger_lines using (org_id, entry_id)
            left join orders.orders using (org_id, order_id)
            where account = 'customers'
            group by order_id, status, total_minor
            having sum(amount_minor) <> 0
            """),
        new("I3 the provider holds for us what our ledger says", """
            select format('ledger %s, provider %s', coalesce(sum(amount_minor), 0), @balance)
            from payments.ledger_lines
            where account = @provider
            having coalesce(sum(amount_minor), 0) <> @balance
            """),
        new("I3 no refund is left undone", """
            select format('refund %s of order %s is %s: %s', refund_id, order_id, status, failure)
            from orders.refunds
            where status not in ('succeeded', 'declined', 'cancelled')
            """),
        new("I5 nothing is left that failed", """
            select format('%s of %s: %s', consumer, kind, reason)
            from kernel.undelivered
            """),
    ];
}
