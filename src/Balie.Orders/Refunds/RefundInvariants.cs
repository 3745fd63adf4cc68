namespace Balie.Orders.Refunds;

/// <summary>What is true of refunds and credit notes at every moment, for <c>balie verify</c>.</summary>
internal static class RefundInvariants
{
    public static void State(Checks that)
    {
        that.Holds("I3 no order gives back more than it took", """
            select format('order %s of organisation %s: captured %s, going back %s', order_id, org_id, captured_minor, back)
            from orders.orders
            join (
                select org_id, order_id, sum(
                    case when status in ('declined', 'proposed') then 0 when status in ('cancelled', 'failed', 'reversed') then paid_minor
                    else amount_minor end) as back
                from orders.refunds
                group by org_id, order_id
            ) as refunds using (org_id, order_id)
            where back > captured_minor
            """);
        that.Holds("I3 no line gives back more than it is worth", """
            select format('line %s of organisation %s: quantity %s of %s, amount %s of %s',
                line_id, org_id, back, quantity, gone, amount_minor)
            from orders.order_lines
            join (
                select org_id, line_id, sum(refund_lines.quantity) as back,
                    sum(refund_lines.amount_minor + refund_lines.kept_minor) as gone
                from orders.refund_lines
                join orders.refunds using (org_id, refund_id)
                where status <> 'declined'
                group by org_id, line_id
            ) as refunded using (org_id, line_id)
            where back > quantity or gone > amount_minor
            """);
        that.Holds("I3 every refund is the sum of its lines", """
            select format('refund %s of organisation %s: %s, lines %s', refund_id, org_id, amount_minor + settled_minor, told)
            from orders.refunds
            join lateral (
                select coalesce(sum(refund_lines.amount_minor), 0) as told
                from orders.refund_lines
                where refund_lines.org_id = refunds.org_id and refund_lines.refund_id = refunds.refund_id
            ) as lines on true
            where kind in ('decided', 'called_off') and replaces is null and told <> amount_minor + settled_minor
            """);
        that.Holds("I3 every refund of a sale has its credit note, for as much", """
            select format('refund %s of organisation %s is %s: %s, credit note %s', refund_id, org_id, status,
                amount_minor + settled_minor, coalesce(total_minor::text, 'missing'))
            from orders.refunds
            left join orders.invoices using (org_id, refund_id)
            where (kind in ('decided', 'called_off') and replaces is null and status not in ('proposed', 'declined'))
                and total_minor is distinct from -(amount_minor + settled_minor)
            or (status in ('proposed', 'declined') and total_minor is not null)
            """);
        that.Holds("I3 no order's credit notes exceed its invoice", """
            select format('order %s of organisation %s: documents %s', order_id, org_id, sum(total_minor))
            from orders.invoices
            group by org_id, order_id
            having sum(total_minor) < 0
            """);
        that.Holds("I3 what settlements gave back is what refunds say", """
            select format('order %s of organisation %s: given back %s, refunds %s', order_id, org_id, given, told)
            from (
                select org_id, order_id, sum(given_back_minor) as given
                from orders.settlements
                group by org_id, order_id
            ) as settled
            join lateral (
                select coalesce(sum(settled_minor), 0) as told
                from orders.refunds
                where refunds.org_id = settled.org_id and refunds.order_id = settled.order_id
                    and status not in ('proposed', 'declined')
            ) as refunds on true
            where given <> told
            """);
        that.Holds("I4 a run refunds each of its orders once", """
            select format('run %s of organisation %s, order %s: %s, refunds %s', run_id, org_id, order_id, amount_minor, told)
            from orders.refund_run_orders
            join lateral (
                select coalesce(sum(refunds.amount_minor + settled_minor), 0) as told
                from orders.refunds
                where refunds.org_id = refund_run_orders.org_id and refunds.run_id = refund_run_orders.run_id
                    and refunds.order_id = refund_run_orders.order_id
            ) as refunds on true
            where told <> refund_run_orders.amount_minor
            """);
    }
}
