namespace Balie.Ticketing.Tickets;

/// <summary>
/// Writes down which tickets nobody came with, a day after their slot ended. Housekeeping only: the door knows the hours of a slot itself.
/// </summary>
internal static class ExpireTickets
{
    private const int AtOnce = 1_000;
    private const int MostRounds = 100;
    private static readonly TimeSpan AfterTheEnd = TimeSpan.FromDays(1);

    public static async Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        var args = new { ended = db.Everywhere.Now - AfterTheEnd, db.Everywhere.Now, AtOnce };
        for (var round = 0; round < MostRounds; round++)
            if (await db.Everywhere.Run(Expire, args, ct) == 0) return;
    }

    private const string Expire = """
        with over as (
            select ticket.org_id, ticket.ticket_id, ticket.status
            from ticketing.slots as slot
            join ticketing.tickets as ticket on ticket.org_id = slot.org_id and ticket.slot_id = slot.slot_id
            where slot.ends_at < @ended and ticket.status in ('issued', 'transferred', 'listed')
            limit @atOnce
            for update of ticket skip locked
        ),
        moved as (
            update ticketing.tickets as ticket
            set status = 'expired', updated_at = @now
            from over
            where ticket.org_id = over.org_id and ticket.ticket_id = over.ticket_id
            returning ticket.org_id, ticket.ticket_id, over.status as from_status, ticket.serial
        )
        insert into ticketing.ticket_history (org_id, ticket_id, step, at, actor, action, from_status, to_status, serial)
        select org_id, ticket_id,
            (select max(step) + 1 from ticketing.ticket_history as told
                where told.org_id = moved.org_id and told.ticket_id = moved.ticket_id),
            @now, 'system', 'expired', from_status, 'expired', serial
        from moved
        """;
}
