namespace Balie.Tests.Simulation;

/// <summary>Something in the database that a deed may be about.</summary>
/// <param name="Kind">order, attempt, refund, booking or ticket.</param>
/// <param name="Text">The provider's name of an attempt, the reference of an order.</param>
internal sealed record Thing(string Kind, Guid Id, string Status, string Text);

/// <summary>What there is, in the order in which it came to be: the same for the same story.</summary>
internal sealed class Standing(Thing[] things)
{
    public static async Task<Standing> Of(World world, CancellationToken ct) => new(await world.Judge.Many<Thing>(Select, null, ct));

    public Thing[] All(string kind, params string[] statuses) =>
        [.. things.Where(thing => thing.Kind == kind && (statuses.Length == 0 || statuses.Contains(thing.Status)))];

    private const string Select = """
        select kind, id, status, text
        from (
            select 'order' as kind, order_id as id, status, reference as text
            from orders.orders
            where org_id = @orgId
            union all
            select 'attempt', attempt_id, state, coalesce(provider_ref, '')
            from payments.attempts
            where org_id = @orgId
            union all
            select 'refund', refund_id, status, kind
            from orders.refunds
            where org_id = @orgId
            union all
            select 'booking', booking_id, status, case when is_ordered then 'ordered' else '' end
            from ticketing.bookings
            where org_id = @orgId
            union all
            select 'ticket', ticket_id, status, number
            from ticketing.tickets
            where org_id = @orgId
        ) as things
        order by kind, id
        """;
}
