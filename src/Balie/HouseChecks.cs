namespace Balie;

/// <summary>
/// What only the whole house can check, because it holds two modules against each other. The one place that reads several schemas: a
/// module never does, and this reads only, when an operator asks.
/// </summary>
internal sealed class HouseChecks : IModule
{
    public string Name => "house";

    public IReadOnlyList<string> Needs => ["inventory", "ticketing"];

    // A full join, because it is always done by hashing or merging: fresh tables have no statistics, and a nested loop over half a million
    // bookings would not end.
    public void Verify(Checks that) => that.Holds("I1 exactly the confirmed bookings have places, and exactly theirs", """
        select format('organisation %s, booking %s: %s tickets, %s places',
            org_id, booking_id, coalesce(booked.tickets, 0), coalesce(claimed.places, 0))
        from (
            select org_id, booking_id, slot_id, sum(quantity) - (
                -- Those given back one by one gave their places back as well.
                select count(*) from ticketing.tickets
                where tickets.org_id = bookings.org_id and tickets.booking_id = bookings.booking_id and tickets.status = 'refunded'
            ) as tickets
            from ticketing.bookings
            join ticketing.booking_items using (org_id, booking_id)
            where bookings.status = 'confirmed'
            group by org_id, booking_id, slot_id
        ) as booked
        full join (
            select claims.org_id, claims.holder as booking_id, slots.slot_id, count(*) as places
            from inventory.claims
            join ticketing.slots on slots.org_id = claims.org_id and slots.slot_id = claims.pool_id
            where claims.expires_at is null
            group by claims.org_id, claims.holder, slots.slot_id
        ) as claimed using (org_id, booking_id, slot_id)
        where booked.tickets is distinct from claimed.places
        """);
}
