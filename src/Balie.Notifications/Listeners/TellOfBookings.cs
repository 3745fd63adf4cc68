using Balie.Contracts.Ticketing;
using Balie.Notifications.Mails;
using Balie.Notifications.Webhooks;

namespace Balie.Notifications.Listeners;

/// <summary>Tells holders and webhooks how a booking and its tickets go, and keeps whom to tell when an event changes.</summary>
internal static class TellOfBookings
{
    public static async Task Handle(IReadOnlyList<BookingConfirmed> confirmed, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.BroadcastAll(confirmed, ct);
        await tx.Later(Confirm, new
        {
            bookingIds = confirmed.Select(message => message.BookingId).ToArray(),
            eventIds = confirmed.Select(message => message.EventId).ToArray(),
            slotIds = confirmed.Select(message => message.SlotId).ToArray(),
            tx.Now,
        }, ct);
    }

    public static async Task Handle(BookingCancelled message, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.Broadcast(message, ct);
        // What was only held is nobody's yet: whoever let go of it knows.
        if (await tx.Run(Cancel, new { message.BookingId, tx.Now }, ct) == 1)
            await tx.Notify(BookingCancelledMail.Kind.Name, message.BookingId, message, ct);
    }

    public static async Task Handle(IReadOnlyList<TicketsIssued> issued, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.BroadcastAll(issued, ct);
        await tx.NotifyAll(TicketsMail.Kind.Name, issued, message => message.BookingId, ct);
    }

    public static Task Handle(TicketTransferOffered message, Tx tx, IServiceProvider services, CancellationToken ct) =>
        tx.Notify(TransferOfferedMail.Kind.Name, message.TransferId, message, ct);

    public static async Task Handle(TicketTransferred message, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.Broadcast(message, ct);
        // A ticket may change hands again, and come back: each time is told.
        await tx.Notify(TransferAcceptedMail.Kind.Name, message.TicketId, message, ct, once: tx.NewId().ToString());
    }

    public static async Task Handle(TicketReissued message, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.Broadcast(message, ct);
        await tx.Notify(TicketReissuedMail.Kind.Name, message.TicketId, message, ct, once: $"{message.Serial}");
    }

    public static Task Handle(WaitingListOffered message, Tx tx, IServiceProvider services, CancellationToken ct) =>
        tx.Notify(WaitingListMail.Kind.Name, message.EntryId, message, ct, once: message.BookingId.ToString());

    private const string Confirm = """
        insert into notifications.bookings (org_id, booking_id, event_id, slot_id, status, confirmed_at, updated_at)
        select @orgId, booking_id, event_id, slot_id, 'confirmed', @now, @now
        from unnest(@bookingIds::uuid[], @eventIds::uuid[], @slotIds::uuid[]) as told (booking_id, event_id, slot_id)
        order by booking_id
        on conflict (org_id, booking_id) do update
        set event_id = excluded.event_id, slot_id = excluded.slot_id, status = excluded.status,
            confirmed_at = coalesce(bookings.confirmed_at, excluded.confirmed_at), updated_at = excluded.updated_at
        """;

    private const string Cancel = """
        update notifications.bookings
        set status = 'cancelled', updated_at = @now
        where org_id = @orgId and booking_id = @bookingId and status = 'confirmed'
        """;
}
