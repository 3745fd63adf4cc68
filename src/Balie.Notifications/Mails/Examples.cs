using Balie.Contracts.Orders;
using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Mails;

/// <summary>Made-up facts, for staff who want to see what a mail looks like.</summary>
internal static class Examples
{
    private static readonly DateTimeOffset Evening = new(2026, 7, 1, 18, 0, 0, TimeSpan.Zero);
    private static readonly Guid BookingId = new("01900000-0000-7000-8000-00000000000b");

    public static readonly BookingFacts Booking = new(
        BookingId, "K7RMB2", "confirmed", Guid.Empty, Guid.Empty, "Onder de rivier", "De Kleine Komedie", "Amstel 56, 1017 AC Amsterdam",
        "on_sale", Evening, Evening.AddMinutes(150), "Europe/Amsterdam", "Zoë de Wit", "zoe@example.org", null,
        [
            new TicketFacts(Guid.Empty, "K7RMB2-1", "Volwassene", "Rij 4 stoel 12", "issued", "Zoë de Wit"),
            new TicketFacts(Guid.Empty, "K7RMB2-2", "Volwassene", "Rij 4 stoel 13", "issued", "Zoë de Wit"),
        ]);

    public static readonly OrderView Order = new(
        Guid.Empty, "W3HQ8ZRT5N", "confirmed", "paid", new Buyer(null, "Zoë de Wit", "zoe@example.org", "nl"),
        [
            new OrderLineView(Guid.Empty, "item", "tickets", BookingId, "Onder de rivier", "1 juli 2026", "Volwassene", 2,
                Euro(1_950), Euro(3_900), 900),
            new OrderLineView(Guid.Empty, "fee", "tickets", null, "Servicekosten", "", "", 1, Euro(150), Euro(150), 2_100),
        ],
        [new VatLine(900, Euro(3_578), Euro(322), Euro(3_900)), new VatLine(2_100, Euro(124), Euro(26), Euro(150))],
        Euro(4_050), Euro(0), Euro(4_050), Euro(0), null, "2026-000123", Evening.AddDays(-30), null);

    public static readonly SlotMoved Moved = new(Guid.Empty, Evening, Evening.AddDays(7), Evening.AddDays(7).AddMinutes(150));

    public static Money Euro(long cents) => new(cents, "EUR");

    public static Uri Link(string path) => new(new Uri("https://example.org"), path);
}
