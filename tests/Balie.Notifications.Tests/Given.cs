using Balie.Contracts.Orders;
using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Tests;

/// <summary>What Notifications' tests need to be told of.</summary>
public static class Given
{
    public static Money Euro(long cents) => new(cents, "EUR");

    public static BookingFacts Booking(
        this NotifyApp app, string email, string name = "Zoë de Wit", string status = "confirmed", string eventStatus = "on_sale",
        DateTimeOffset? startsAt = null, Guid? eventId = null, Guid? slotId = null, string title = "Onder de rivier")
    {
        var bookingId = Guid.CreateVersion7();
        var starts = startsAt ?? app.Clock.GetUtcNow().AddDays(60);
        return app.Tickets.Known[bookingId] = new BookingFacts(
            bookingId, $"R{bookingId.ToString("n")[^7..]}", status, eventId ?? Guid.CreateVersion7(), slotId ?? Guid.CreateVersion7(),
            title, "De Kleine Komedie", "Amstel 56, Amsterdam", eventStatus, starts, starts.AddHours(2), "Europe/Amsterdam", name, email,
            null,
            [new TicketFacts(Guid.CreateVersion7(), "K7RMB2-1", "Volwassene", "Rij 4 stoel 12", "issued", name, email)]);
    }

    public static OrderView Order(
        this NotifyApp app, string email, string locale = "nl", string status = "confirmed", params Guid[] holdIds)
    {
        var orderId = Guid.CreateVersion7();
        return app.Orders.Known[orderId] = new OrderView(
            orderId, $"W{orderId.ToString("n")[^9..]}", status, "paid", new Buyer(null, "Zoë de Wit", email, locale),
            [
                .. holdIds.DefaultIfEmpty().Select(holdId => new OrderLineView(
                    Guid.Empty, "item", "tickets", holdId, "Onder de rivier", "1 juli", "Volwassene", 2, Euro(1_950), Euro(3_900), 900)),
                new OrderLineView(Guid.Empty, "fee", "tickets", null, "Servicekosten", "", "", 1, Euro(150), Euro(150), 2_100),
            ],
            [new VatLine(900, Euro(3_578), Euro(322), Euro(3_900)), new VatLine(2_100, Euro(124), Euro(26), Euro(150))],
            Euro(4_050), Euro(0), Euro(4_050), Euro(0), null, "2026-000123", app.Clock.GetUtcNow(), null);
    }

    public static OrderConfirmed Confirmation(OrderView order, params Guid[] holdIds) =>
        new(order.Id, order.Reference, order.Total, holdIds, order.Buyer.Locale);

    /// <summary>Confirmed, with its tickets mailed.</summary>
    public static async Task<BookingFacts> Confirmed(this NotifyApp app, BookingFacts booking)
    {
        await app.Tell(new BookingConfirmed(booking.BookingId, booking.EventId, booking.SlotId, 1));
        await app.Tell(new TicketsIssued(
            booking.BookingId, booking.EventId, booking.SlotId, [.. booking.Tickets.Select(ticket => ticket.TicketId)]));
        await app.Mails(booking.HolderEmail);
        return booking;
    }

    public static string Address() => $"p{Guid.CreateVersion7():n}@example.org";
}
