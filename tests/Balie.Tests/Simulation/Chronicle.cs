namespace Balie.Tests.Simulation;

/// <summary>What the database remembers of orders and their money, for whoever has to understand a seed that failed.</summary>
internal static class Chronicle
{
    public static Task<string[]> Of(World world, CancellationToken ct) => world.Judge.Many<string>(Select, null, ct);

    private const string Select = """
        select format('%s %s', to_char(at, 'MM-DD HH24:MI:SS'), what)
        from (
            select at, step::bigint as step,
                format('order %s: %s → %s by %s, %s: %s', order_id, from_status, to_status, actor, triggered_by, reason) as what
            from orders.order_history
            union all
            select at, step, format('payment %s of order %s: %s %s → %s by %s: %s', attempt_id, order_id, what, from_state, to_state,
                attempt_log.actor, attempt_log.reason)
            from payments.attempt_log
            join payments.attempts using (org_id, attempt_id)
            union all
            select updated_at, 0, format('%s %s of payment %s: %s, %s tries, "%s"', kind, instruction_id, attempt_id, state, tries, problem)
            from payments.instructions
            union all
            select received_at, 0, format('webhook %s of %s: %s, %s tries, "%s"', kind, provider_ref, state, tries, problem)
            from payments.webhooks
            union all
            select at, step, format('refund %s: %s → %s by %s: %s', refund_id, from_status, to_status, actor, reason)
            from orders.refund_history
            union all
            select at, step, format('booking %s: %s → %s by %s: %s', booking_id, from_status, to_status, actor, reason)
            from ticketing.booking_history
            union all
            select at, 0, format('ledger: %s of order %s', kind, order_id)
            from payments.ledger_entries
        ) as told
        order by at, step
        """;
}
