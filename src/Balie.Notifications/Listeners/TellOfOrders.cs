using Balie.Contracts.Orders;
using Balie.Notifications.Mails;
using Balie.Notifications.Webhooks;

namespace Balie.Notifications.Listeners;

/// <summary>Tells buyers and webhooks how an order and its money go.</summary>
internal static class TellOfOrders
{
    public static async Task Handle(IReadOnlyList<OrderConfirmed> confirmed, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.BroadcastAll(confirmed, ct);
        await tx.Later(KeepPurchases, new
        {
            orderIds = confirmed.SelectMany(message => message.HoldIds.Select(_ => message.OrderId)).ToArray(),
            holdIds = confirmed.SelectMany(message => message.HoldIds).ToArray(),
            locales = confirmed.SelectMany(message => message.HoldIds.Select(_ => message.Locale)).ToArray(),
            tx.Now,
        }, ct);
        await tx.NotifyAll(OrderConfirmedMail.Kind.Name, confirmed, message => message.OrderId, ct);
    }

    /// <summary>Everything once more, because the buyer asked.</summary>
    public static async Task Handle(OrderResendAsked message, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        var again = tx.NewId().ToString();
        await tx.Notify(OrderConfirmedMail.Kind.Name, message.OrderId, message, ct, again);
        foreach (var bookingId in await tx.Many<Guid>(SelectBookings, new { message.OrderId }, ct))
            await tx.Notify(TicketsMail.Kind.Name, bookingId, message, ct, again);
    }

    public static async Task Handle(OrderCancelled message, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.Broadcast(message, ct);
        await tx.Notify(OrderCancelledMail.Kind.Name, message.OrderId, message, ct);
    }

    public static async Task Handle(OrderPaidTooLate message, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.Broadcast(message, ct);
        await tx.Notify(PaidTooLateMail.Kind.Name, message.OrderId, message, ct);
    }

    public static async Task Handle(RefundRequested message, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.Broadcast(message, ct);
        await tx.Notify(RefundMail.Requested.Name, message.RefundId, message, ct);
    }

    public static async Task Handle(RefundSucceeded message, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.Broadcast(message, ct);
        await tx.Notify(RefundMail.Succeeded.Name, message.RefundId, message, ct);
    }

    public static async Task Handle(RefundFailed message, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.Broadcast(message, ct);
        await tx.Notify(RefundFailedMail.Kind.Name, message.RefundId, message, ct);
    }

    private const string SelectBookings = """
        select booking_id
        from notifications.purchases
        join notifications.bookings using (org_id, booking_id)
        where org_id = @orgId and order_id = @orderId and status = 'confirmed'
        order by booking_id
        """;

    // A hold is a booking for those kinds of offers that are booked; of others nothing will ever be asked.
    private const string KeepPurchases = """
        insert into notifications.purchases (org_id, booking_id, order_id, locale, bought_at)
        select @orgId, hold_id, order_id, locale, @now
        from unnest(@orderIds::uuid[], @holdIds::uuid[], @locales::text[]) as held (order_id, hold_id, locale)
        on conflict (org_id, booking_id) do nothing
        """;
}
