using Balie.Contracts.Ticketing;

namespace Balie.Orders.Saga;

/// <summary>
/// When an event is over, so are the orders for it, as far as nothing else of theirs is still to come. One statement for all of them; the
/// rows that it changes are locked like everybody's.
/// </summary>
internal static class CompleteOrdersWhenOver
{
    public static Task Handle(EventCompleted message, Tx tx, IServiceProvider services, CancellationToken ct) =>
        tx.Run(Complete, new { message.EventId, tx.Now }, ct);

    private const string Complete = """
        with completed as (
            update orders.orders
            set status = 'completed', updated_at = @now
            where org_id = @orgId and status = 'confirmed'
            and order_id in (select order_id from orders.order_holds where org_id = @orgId and subject_id = @eventId)
            and not exists (
                select from orders.order_holds as other
                where other.org_id = @orgId and other.order_id = orders.order_id and other.subject_id <> @eventId
                and other.starts_at > @now
            )
            returning order_id
        )
        insert into orders.order_history (org_id, order_id, step, at, actor, triggered_by, from_status, to_status, reason)
        select @orgId, order_id, told.steps + 1, @now, 'system', 'clock', 'confirmed', 'completed', 'the event is over'
        from completed
        cross join lateral (
            select count(*) as steps
            from orders.order_history
            where org_id = @orgId and order_history.order_id = completed.order_id
        ) as told
        """;
}
