using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.CallOffs;

/// <summary>
/// What calling off an event, or one slot of it, would do to its bookings, without doing it; and how far it is once it was called off.
/// What refunds of orders cost, Orders knows.
/// </summary>
internal static class PreviewCallOff
{
    /// <param name="Unpaid">Holds that end at once.</param>
    /// <param name="Free">Bookings that are cancelled and told.</param>
    /// <param name="PaidAtDesk">The same, but somebody has to give their money back by hand: <paramref name="DeskMoney"/> together.</param>
    /// <param name="Ordered">Bookings of orders: those are refunded by Orders.</param>
    /// <param name="Tickets">That open nothing any more.</param>
    public sealed record Preview(
        long Unpaid, long Free, long PaidAtDesk, Money DeskMoney, long Ordered, long Tickets, IReadOnlyList<Running> CallOffs);

    /// <param name="SlotId">Null for the whole event.</param>
    public sealed record Running(Guid? SlotId, string Reason, int Cancelled, DateTimeOffset BegunAt, DateTimeOffset? FinishedAt);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/events/{eventId:guid}/call-off", Handle).Needs(Permission.BookingsRead);

    public static async Task<Outcome<Preview>> Handle(Guid eventId, Guid? slotId, Db db, CancellationToken ct)
    {
        if (await db.One<Counts>(Count, new { eventId, slotId }, ct) is not { } counts) return EventNotFound;
        var running = await db.Many<Running>(SelectRunning, new { eventId }, ct);
        return new Preview(counts.Unpaid, counts.Free, counts.PaidAtDesk, new Money(counts.DeskMinor, counts.Currency), counts.Ordered,
            counts.Tickets, running);
    }

    private sealed record Counts(long Unpaid, long Free, long PaidAtDesk, long DeskMinor, string Currency, long Ordered, long Tickets);

    private const string Count = """
        select
            count(*) filter (where booking.status = 'pending' and not is_ordered) as unpaid,
            count(*) filter (where booking.status = 'confirmed' and not is_ordered and total_minor = 0) as free,
            count(*) filter (where booking.status = 'confirmed' and not is_ordered and total_minor > 0) as paid_at_desk,
            coalesce(sum(total_minor) filter (where booking.status = 'confirmed' and not is_ordered), 0)::bigint as desk_minor,
            event.currency,
            count(*) filter (where booking.status in ('pending', 'confirmed') and is_ordered) as ordered,
            (select count(*) from ticketing.tickets as ticket
                where ticket.org_id = @orgId and ticket.event_id = @eventId and (@slotId::uuid is null or ticket.slot_id = @slotId)
                and ticket.status in ('issued', 'checked_in', 'transferred', 'listed')) as tickets
        from ticketing.events as event
        left join ticketing.bookings as booking
            on booking.org_id = event.org_id and booking.event_id = event.event_id and (@slotId::uuid is null or booking.slot_id = @slotId)
        where event.org_id = @orgId and event.event_id = @eventId
        group by event.currency
        """;

    private const string SelectRunning = """
        select slot_id, reason, cancelled, begun_at, finished_at
        from ticketing.call_offs
        where org_id = @orgId and event_id = @eventId
        order by begun_at, call_off_id
        """;
}
