namespace Balie;

/// <summary>
/// What only the whole house can check, because it holds two modules against each other. The one place that reads several schemas: a
/// module never does, and this reads only, when an operator asks.
/// </summary>
internal sealed class HouseChecks : IModule
{
    public string Name => "house";

    public IReadOnlyList<string> Needs => ["inventory", "ticketing"];

    public void Verify(Checks that)
    {
        that.Holds("I1 every confirmed booking has exactly its places, sold", """
            select format('booking %s of organisation %s: %s tickets, %s places', booked.booking_id, booked.org_id, booked.tickets, coalesce(claimed.places, 0))
            from (
                select org_id, booking_id, slot_id, sum(quantity) as tickets
                from ticketing.bookings
                join ticketing.booking_items using (org_id, booking_id)
                where status = 'confirmed'
                group by org_id, booking_id, slot_id
            ) as booked
            left join (
                select org_id, pool_id, holder, count(*) as places
                from inventory.claims
                where expires_at is null
                group by org_id, pool_id, holder
            ) as claimed on claimed.org_id = booked.org_id and claimed.pool_id = booked.slot_id and claimed.holder = booked.booking_id
            where booked.tickets is distinct from claimed.places
            """);
        that.Holds("I1 no place is sold to a booking that is not confirmed", """
            select format('unit %s of slot %s in organisation %s: booking %s', claims.unit, slots.slot_id, claims.org_id, claims.holder)
            from inventory.claims
            join ticketing.slots on slots.org_id = claims.org_id and slots.slot_id = claims.pool_id
            left join ticketing.bookings on bookings.org_id = claims.org_id and bookings.booking_id = claims.holder
            where claims.expires_at is null and bookings.status is distinct from 'confirmed'
            """);
    }
}
