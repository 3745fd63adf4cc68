using System.Security.Cryptography;
using Balie.Contracts.Ticketing;

namespace Balie.Ticketing.Tickets;

/// <summary>
/// Makes the tickets of confirmed bookings, free and paid alike: one per unit, signed. Hundreds of bookings go in one transaction, because
/// a sale confirms thousands a second. Run again it makes only what is missing, and nothing for a booking cancelled meanwhile.
/// </summary>
internal static class IssueTickets
{
    private const int SecretBytes = 20;

    public static async Task Handle(
        IReadOnlyList<BookingConfirmed> confirmed, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        var bookingIds = confirmed.Select(one => one.BookingId).ToArray();
        var items = await tx.Many<Item>(SelectItems, new { bookingIds }, ct);
        if (items.Length == 0) return;

        var key = await services.GetRequiredService<TicketKeys>().Current(tx.OrgId, ct);
        var (tickets, told) = (new List<Draft>(), new List<TicketsIssued>());
        foreach (var booking in items.GroupBy(item => item.BookingId))
        {
            var first = tickets.Count;
            foreach (var item in booking)
                for (var i = 0; i < item.Quantity; i++) tickets.Add(Make(item, i, tickets.Count - first + 1, tx.NewId(), key));
            var (eventId, slotId) = (tickets[first].Item.EventId, tickets[first].Item.SlotId);
            told.Add(new TicketsIssued(booking.Key, eventId, slotId, [.. tickets.Skip(first).Select(ticket => ticket.TicketId)]));
        }
        await tx.Later(Insert, Columns(tickets, tx.Now), ct);
        tx.PublishAll(told);
    }

    /// <summary>What only the ticket's holder, a device with the manifest and we know; another one for every serial.</summary>
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    private static Draft Make(Item item, int nth, int position, Guid ticketId, TicketKey key) => new(
        item, ticketId, position, TicketNumber.Of(item.Reference, position), item.Seats?[nth], item.SeatLabels?[nth],
        TicketCode.Sign(ticketId, 1, item.SlotId, key), NewSecret());

    private static object Columns(List<Draft> tickets, DateTimeOffset now)
    {
        T[] All<T>(Func<Draft, T> value) => [.. tickets.Select(value)];
        return new
        {
            now,
            ticketIds = All(ticket => ticket.TicketId),
            bookingIds = All(ticket => ticket.Item.BookingId),
            lines = All(ticket => ticket.Item.Line),
            positions = All(ticket => ticket.Position),
            numbers = All(ticket => ticket.Number),
            seats = All(ticket => ticket.Seat),
            seatLabels = All(ticket => ticket.SeatLabel),
            codes = All(ticket => ticket.Code),
            secrets = All(ticket => ticket.Secret),
        };
    }

    private sealed record Draft(
        Item Item, Guid TicketId, int Position, string Number, int? Seat, string? SeatLabel, string Code, byte[] Secret);

    private sealed class Item
    {
        public Guid BookingId { get; init; }
        public string Reference { get; init; } = "";
        public Guid EventId { get; init; }
        public Guid SlotId { get; init; }
        public short Line { get; init; }
        public int Quantity { get; init; }
        public int[]? Seats { get; init; }
        public string[]? SeatLabels { get; init; }
    }

    // The lock keeps a cancellation waiting until its tickets are there to be voided; one that came first has left nothing to issue.
    private const string SelectItems = """
        with confirmed as materialized (
            select org_id, booking_id, reference, event_id, slot_id
            from ticketing.bookings
            where org_id = @orgId and booking_id = any (@bookingIds) and status = 'confirmed'
            order by booking_id
            for share
        )
        select booking_id, reference, event_id, slot_id, line, quantity, seats, seat_labels
        from confirmed
        join ticketing.booking_items as item using (org_id, booking_id)
        where not exists (
            select from ticketing.tickets
            where tickets.org_id = item.org_id and tickets.booking_id = item.booking_id and tickets.line = item.line
        )
        order by booking_id, line
        """;

    private const string Insert = """
        with ticket as (
            insert into ticketing.tickets (
                org_id, ticket_id, booking_id, line, position, number, event_id, slot_id, ticket_type_id, type_name, zone_id, seat,
                seat_label, price_minor, currency, user_id, holder_name, holder_email, status, code, secret, issued_at, updated_at)
            select
                @orgId, w.ticket_id, w.booking_id, w.line, w.position, w.number, booking.event_id, booking.slot_id, item.ticket_type_id,
                item.name, type.zone_id, w.seat, w.seat_label, item.price_minor, booking.currency, booking.user_id, booking.holder_name,
                booking.holder_email, 'issued', w.code, w.secret, @now, @now
            from unnest(@ticketIds, @bookingIds, @lines, @positions, @numbers, @seats, @seatLabels, @codes, @secrets)
                as w (ticket_id, booking_id, line, position, number, seat, seat_label, code, secret)
            join ticketing.bookings as booking on booking.org_id = @orgId and booking.booking_id = w.booking_id
            join ticketing.booking_items as item
                on item.org_id = @orgId and item.booking_id = w.booking_id and item.line = w.line
            left join ticketing.ticket_types as type on type.org_id = @orgId and type.ticket_type_id = item.ticket_type_id
            returning org_id, ticket_id, status, serial
        )
        insert into ticketing.ticket_history (org_id, ticket_id, step, at, actor, action, to_status, serial)
        select org_id, ticket_id, 1, @now, 'system', 'issued', status, serial
        from ticket
        """;
}
