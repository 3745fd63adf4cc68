using System.Net;
using System.Text.Json;
using Balie.Tests.Orders;
using Balie.Tests.Tickets;

namespace Balie.Tests.Pages;

/// <summary>The page to which the mails of a booking lead, those of the waiting list among them.</summary>
public sealed class BookingPageTests(PostalProduct app) : IClassFixture<PostalProduct>
{
    private const string Email = "gast@example.org";

    private static CancellationToken Ct => Product.Ct;

    [Fact]
    public async Task A_visitor_follows_the_mail_to_the_tickets()
    {
        var mine = $"{Guid.CreateVersion7():n}@example.org";
        var booking = await app.Http.Booked(await app.Show(), 2, holder: Given.Guest(mine));
        var link = await app.LinkTo("/bookings/", mine);

        (await app.Http.See(link)).IsSilentOn("Nachtconcert", mine);
        var page = await app.Http.Fill(link, ("email", mine));

        page.Says("Uw kaarten voor Nachtconcert", "woensdag 1 juli 2026, 20.00 uur (tijd in Amsterdam)", "2 × Gratis",
            $"{booking.Text("reference")}-1", $"QR-code van kaart {booking.Text("reference")}-2");
        await app.Http.Fetches("application/pdf", link, ("email", mine), ("do", "tickets"));
        await app.Http.Fetches("text/calendar", link, ("email", mine), ("do", "calendar"));
    }

    [Fact]
    public async Task A_wrong_address_and_an_unknown_number_are_answered_alike()
    {
        var booking = await app.Http.Booked(await app.Show(), holder: Given.Guest());
        const string Unknown = "ZZZZZZZZZZ";

        var wrong = await app.Http.Fill(HttpStatusCode.NotFound, At(booking), ("email", "ander@example.org"));
        var unknown = await app.Http.Fill(HttpStatusCode.NotFound, $"/bookings/{Unknown}", ("email", "ander@example.org"));

        Assert.Equal(unknown, wrong.Replace(booking.Text("reference"), Unknown, StringComparison.Ordinal));
        foreach (var deed in (string[])["tickets", "calendar", "wallet", "pay", "take"])
            await app.Http.Fill(HttpStatusCode.NotFound, At(booking), ("email", "ander@example.org"), ("do", deed));
    }

    [Fact]
    public async Task A_place_that_costs_nothing_is_taken_by_the_button_and_by_nothing_else()
    {
        var link = await Offered("a", [Given.FreeType()]);

        for (var twice = 0; twice < 2; twice++) await app.Http.See(link);
        var offer = await app.Http.Fill(link, ("email", "a@example.org"));
        offer.Says("Er is plaats voor u: Nachtconcert", "Wij houden die vast tot", "(tijd in Amsterdam)", "Neem de plaats", "Gratis");
        var taken = await app.Http.Fill(link, ("email", "a@example.org"), ("do", "take"));

        taken.Says("Uw kaarten voor Nachtconcert", "worden gemaakt", "Kijk opnieuw");
        await app.Deliver(Ct);
        (await app.Http.Fill(link, ("email", "a@example.org"), ("do", "take"))).Says("data:image/png;base64,");
    }

    [Fact]
    public async Task A_place_that_costs_something_is_taken_by_paying_for_it()
    {
        var link = await Offered("b", Buying.Priced);

        (await app.Http.Fill(link, ("email", "b@example.org"))).Says("Neem de plaats, € 10,90", "value=\"pay\"");
        var ready = await app.Http.Fill(link, ("email", "b@example.org"), ("do", "pay"));
        ready.Says("Uw bestelling staat klaar", "Betaal € 10,90", $"href=\"{PageWords.PublicAddress}/pay/");

        var orderId = await app.Db.One<Guid>("select order_id from orders.orders where buyer_email = 'b@example.org'", null, Ct);
        await app.Captured(await app.SeeOrder(orderId));
        await app.Deliver(Ct);
        (await app.Http.Fill(link, ("email", "b@example.org"))).Says("Uw kaarten voor Nachtconcert", "data:image/png;base64,");
    }

    [Fact]
    public async Task A_place_whose_time_is_up_cannot_be_taken()
    {
        var link = await Offered("c", Buying.Priced);
        await app.Lapse(await app.Db.One<Guid>("select booking_id from ticketing.bookings where holder_email = 'c@example.org'", null, Ct));

        foreach (var deed in (string[])["", "take", "pay"])
        {
            var page = await app.Http.Fill(link, ("email", "c@example.org"), ("do", deed));
            page.Says("Deze reservering is verlopen", "Reserveer dan opnieuw");
            page.IsSilentOn("Neem de plaats");
        }
    }

    [Fact]
    public async Task What_was_cancelled_called_off_or_put_off_says_so()
    {
        var (cancelled, off, later) = (await app.Show(), await app.Show(), await app.Show());
        var given = await app.Http.Booked(cancelled, holder: Given.Guest());
        (await app.Http.Patch($"/api/v1/bookings/{given.Text("id")}/cancel?email={Email}", new { reason = "Griep" }, Ct))
            .EnsureSuccessStatusCode();
        var called = await app.Http.Booked(off, holder: Given.Guest());
        var put = await app.Http.Booked(later, holder: Given.Guest());
        foreach (var (show, what) in new[] { (off, "cancellation"), (later, "postponement") })
            await (await app.As(Roles.Owner).Put($"/api/v1/events/{show.EventId}/{what}", new { reason = "Ziek." }, Ct))
                .IsOk<JsonElement>(Ct);

        (await app.Http.Fill(At(given), ("email", Email))).Says("Deze reservering is geannuleerd");
        (await app.Http.Fill(At(called), ("email", Email))).Says("gaat niet door", "krijgt u alles terug");
        (await app.Http.Fill(At(put), ("email", Email))).Says("is uitgesteld", "blijven geldig");
    }

    private static string At(JsonElement booking) => $"/bookings/{booking.Text("reference")}";

    /// <summary>Where the mail leads that somebody on the waiting list gets.</summary>
    private async Task<string> Offered(string who, object[] types)
    {
        var show = await app.Show(1, types, startsLocal: "2026-07-01T20:00:00", endsLocal: "2026-07-01T23:00:00");
        var booking = await app.As(Roles.Customer).Booked(show);
        await (await app.Http.Post($"/api/v1/events/{show.EventId}/waiting-list",
            new { quantity = 1, name = who, email = $"{who}@example.org" }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        (await app.As(Roles.Support).Patch($"/api/v1/bookings/{booking.Id()}/cancel", new { reason = "Griep" }, Ct))
            .EnsureSuccessStatusCode();
        return await app.LinkTo("/bookings/", $"{who}@example.org");
    }
}
