using System.Text.Json;

namespace Balie.Tests.Tickets;

/// <summary>What tests of tickets say often.</summary>
internal static class TicketWords
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static Guid Id(this JsonElement thing) => thing.GetProperty("id").GetGuid();

    public static async Task<JsonElement[]> Tickets(this HttpClient client, JsonElement booking) =>
        [.. (await (await client.GetAsync($"/api/v1/bookings/{booking.Text("id")}/tickets", Ct)).IsOk<JsonElement>(Ct)).EnumerateArray()];

    /// <summary>A booking of the default organisation whose tickets are there.</summary>
    public static async Task<(JsonElement Booking, JsonElement[] Tickets)> Ticketed(
        this Product app, HttpClient customer, Show show, int quantity = 1, object? holder = null)
    {
        var booking = await customer.Booked(show, quantity, holder: holder);
        await app.Deliver(Ct);
        return (booking, await app.As(Roles.Support).Tickets(booking));
    }

    /// <summary>A venue with a plan of two rows of five seats.</summary>
    public static async Task<(Guid VenueId, Guid PlanId)> Hall(this Product app)
    {
        var organiser = app.As(Roles.Owner);
        var venue = await (await organiser.Post("/api/v1/venues",
            new { name = "Zaal", country = "NL", zone = "Europe/Amsterdam" }, Ct)).IsOk<JsonElement>(System.Net.HttpStatusCode.Created, Ct);
        var plan = await (await organiser.Post($"/api/v1/venues/{venue.Text("id")}/seating-plans", new
        {
            name = "Opstelling",
            sections = new[] { new { name = "Parket", rows = new[] { new { row = "A", seats = 5 }, new { row = "B", seats = 5 } } } },
        }, Ct)).IsOk<JsonElement>(System.Net.HttpStatusCode.Created, Ct);
        return (venue.Id(), plan.Id());
    }
}
