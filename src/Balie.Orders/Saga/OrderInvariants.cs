namespace Balie.Orders.Saga;

/// <summary>What is true of orders at every moment, for <c>balie verify</c>.</summary>
internal static class OrderInvariants
{
    public static void State(Checks that)
    {
        that.Holds("I2 every order is confirmed if and only if it is covered, and nothing more", """
            select format('order %s of organisation %s is %s: total %s, captured %s, authorised %s, settled %s, on hold "%s"',
                order_id, org_id, status, total_minor, captured_minor, authorised_minor, settled_minor, on_hold)
            from orders.orders
            where (status in ('confirmed', 'completed') and on_hold = ''
                and captured_minor + settled_minor + case when capture_later then authorised_minor else 0 end < total_minor)
            or (status = 'awaiting_payment' and captured_minor + settled_minor >= total_minor)
            """);
        that.Holds("I3 every order's total is the sum of its lines", """
            select format('order %s of organisation %s: total %s, lines %s', order_id, org_id, total_minor, sum(amount_minor))
            from orders.orders
            left join orders.order_lines using (org_id, order_id)
            group by org_id, order_id, total_minor
            having total_minor is distinct from sum(amount_minor)
            """);
        that.Holds("I3 every order is settled by what vouchers and staff gave for it", """
            select format('order %s of organisation %s: settled %s, settlements %s', order_id, org_id, settled_minor, coalesce(given, 0))
            from orders.orders
            left join (
                select org_id, order_id, sum(amount_minor) as given
                from orders.settlements
                where ended_at is null
                group by org_id, order_id
            ) as settled using (org_id, order_id)
            where settled_minor <> coalesce(given, 0)
            """);
        that.Holds("I3 what is left on every gift voucher is what was paid for it without what was spent", """
            select format('voucher %s of organisation %s: %s of %s left, %s spent', voucher_id, org_id, balance_minor, amount_minor, spent)
            from (
                select vouchers.org_id, voucher_id, balance_minor, vouchers.amount_minor,
                    coalesce(sum(settlements.amount_minor - given_back_minor) filter (where ended_at is null), 0) as spent
                from orders.vouchers
                left join orders.settlements using (org_id, voucher_id)
                where kind = 'gift'
                group by vouchers.org_id, voucher_id, balance_minor, vouchers.amount_minor
            ) as gift
            where balance_minor <> amount_minor - spent
            """);
        that.Holds("I3 what captured payments exceed a sale goes back", """
            select format('order %s of organisation %s is %s: captured %s of %s, going back %s',
                order_id, org_id, status, captured_minor, total_minor, coalesce(going_back, 0))
            from orders.orders
            left join (
                select org_id, order_id, sum(amount_minor) as going_back
                from orders.refunds
                where kind in ('surplus', 'too_late')
                group by org_id, order_id
            ) as back using (org_id, order_id)
            where captured_minor > coalesce(going_back, 0) + case
                when confirmed_at is not null and status <> 'expired' then total_minor - settled_minor
                when status = 'awaiting_payment' then total_minor
                else 0
            end
            """);
        that.Holds("I7 every order's history ends where the order stands", """
            select format('order %s of organisation %s is %s, its history says %s', order_id, org_id, status, told.to_status)
            from orders.orders
            left join (
                select distinct on (org_id, order_id) org_id, order_id, to_status
                from orders.order_history
                order by org_id, order_id, step desc
            ) as told using (org_id, order_id)
            where told.to_status is distinct from status
            """);
        that.Holds("I7 every history continues where it stood", """
            select format('order %s of organisation %s, step %s begins at %s', order_id, org_id, step, from_status)
            from (
                select org_id, order_id, step, from_status,
                    lag(to_status, 1, 'draft') over (partition by org_id, order_id order by step) as stood
                from orders.order_history
            ) as steps
            where from_status <> stood
            """);
        that.Holds("I3 invoices and credit notes are numbered without a gap", """
            select format('series %s of organisation %s: %s documents, last number %s, counter %s',
                series, org_id, count(*), max(number), last)
            from orders.counters
            left join orders.invoices using (org_id, series)
            group by org_id, series, last
            having count(number) <> last or max(number) is distinct from last
            """);
        that.Holds("I3 every confirmed order that costs something has its invoice", """
            select format('order %s of organisation %s', order_id, org_id)
            from orders.orders
            where confirmed_at is not null and total_minor > 0
            and not exists (
                select from orders.invoices
                where invoices.org_id = orders.org_id and invoices.order_id = orders.order_id and series = 'invoice'
            )
            """);
    }
}
