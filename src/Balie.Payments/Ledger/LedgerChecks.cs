namespace Balie.Payments.Ledger;

/// <summary>What must always hold of money, as <c>balie verify</c> computes it.</summary>
internal static class LedgerChecks
{
    public const string Balanced = """
        select format('ledger entry %s (%s) of organisation %s: %s over', entry_id, kind, org_id,
            coalesce(sum(amount_minor)::text, 'no lines'))
        from payments.ledger_entries
        left join payments.ledger_lines using (org_id, entry_id)
        group by org_id, entry_id, kind, currency
        having sum(amount_minor) is distinct from 0
        """;

    /// <summary>Payouts belong to no order, so per order it must be exact.</summary>
    public const string SameAsAttempts = """
        select format('order %s of organisation %s at %s: ledger %s, payments %s', order_id, org_id, provider, coalesce(booked, 0),
            coalesce(counted, 0))
        from (
            select org_id, order_id, 'provider:' || provider as provider, currency,
                sum(captured_minor - refunded_minor - charged_back_minor) as counted
            from payments.attempts
            where provider <> ''
            group by org_id, order_id, provider, currency
        ) as attempts
        full join (
            select org_id, order_id, account as provider, currency, sum(amount_minor) as booked
            from payments.ledger_entries
            join payments.ledger_lines using (org_id, entry_id)
            where account like 'provider:%' and order_id is not null
            group by org_id, order_id, account, currency
        ) as ledger using (org_id, order_id, provider, currency)
        where coalesce(booked, 0) <> coalesce(counted, 0)
        """;

    public const string NoMoreThanCaptured = """
        select format('payment %s of organisation %s: captured %s, refunded %s', attempt_id, org_id, captured_minor, refunded_minor)
        from payments.attempts
        where refunded_minor > captured_minor
        """;

    public const string RefundsAddUp = """
        select format('payment %s of organisation %s: refunded %s, its refunds %s', attempt_id, org_id, refunded_minor,
            coalesce(sum(paid_out), 0))
        from payments.attempts
        left join (
            select org_id, attempt_id, amount_minor as paid_out
            from payments.instructions
            where kind = 'refund' and state = 'succeeded'
        ) as refunds using (org_id, attempt_id)
        group by org_id, attempt_id, refunded_minor
        having refunded_minor <> coalesce(sum(paid_out), 0)
        """;

    public const string LogsEndWherePaymentsStand = """
        select format('payment %s of organisation %s is %s, its log says %s', attempt_id, org_id, state, told.to_state)
        from payments.attempts
        left join (
            select distinct on (org_id, attempt_id) org_id, attempt_id, to_state
            from payments.attempt_log
            where what = 'state'
            order by org_id, attempt_id, step desc
        ) as told using (org_id, attempt_id)
        where told.to_state is distinct from state
        """;
}
