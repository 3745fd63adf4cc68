using System.Net;
using System.Text.Json;

namespace Balie.Tests;

/// <summary>One event that can be booked, made through the API as an organiser would.</summary>
public sealed record Show(Guid EventId, Guid SlotId, Guid[] TypeIds)
{
    public Guid TypeId => TypeIds[0];
}

/// <summary>What tests of the whole product need to have, in the fewest words.</summary>
public static class Given
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static object Price(long amount) => new { amount, currency = "EUR" };

    public static object FreeType(string name = "Gratis") => new { name, price = Price(0) };

    /// <summary>
    /// On sale, with one slot in Amsterdam in the summer of the test clock's year, and one free ticket type unless told otherwise.
    /// </summary>
    public static async Task<Show> Show(
        this Product app, int? capacity = 100, object[]? types = null, object[]? zones = null, int? personLimit = null,
        Guid? venueId = null, Guid? seatingPlanId = null, Guid? orgId = null,
        string startsLocal = "2026-07-01T20:00:00", string endsLocal = "2026-07-01T22:00:00")
    {
        var organiser = app.As(Roles.Owner, orgId: orgId);
        var made = await (await organiser.Post("/api/v1/events", new
        {
            title = "Nachtconcert",
            zone = "Europe/Amsterdam",
            personLimit,
            venueId,
            seatingPlanId,
            zones,
            ticketTypes = types ?? [FreeType()],
            slots = new { dates = new[] { new { startsLocal, endsLocal } }, capacity },
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var eventId = made.GetProperty("id").GetGuid();
        foreach (var step in (string[])["publication", "sale"])
            await (await organiser.Put($"/api/v1/events/{eventId}/{step}", new { }, Ct)).IsOk<JsonElement>(Ct);
        var slots = await (await organiser.GetAsync($"/api/v1/events/{eventId}/slots", Ct)).IsOk<JsonElement>(Ct);
        return new Show(eventId, slots[0].GetProperty("id").GetGuid(),
            [.. made.GetProperty("ticketTypes").EnumerateArray().Select(type => type.GetProperty("id").GetGuid())]);
    }

    public static object Guest(string email = "gast@example.org") => new { name = "Gast", email };

    public static Task<HttpResponseMessage> Book(
        this HttpClient client, Show show, int quantity = 1, Guid? key = null, object? holder = null) =>
        client.Post("/api/v1/bookings", new { eventId = show.EventId, quantity, holder }, Ct, key);

    public static async Task<JsonElement> Booked(
        this HttpClient client, Show show, int quantity = 1, Guid? key = null, object? holder = null) =>
        await (await client.Book(show, quantity, key, holder)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    public static int Number(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    /// <summary>The first slot of an event as the public sees it.</summary>
    public static async Task<JsonElement> Availability(this Product app, Show show) =>
        (await (await app.Http.GetAsync($"/api/v1/events/{show.EventId}/availability", Ct)).IsOk<JsonElement>(Ct)).GetProperty("slots")[0];

    /// <summary>Waits until the news of freed places was heard: the picture may be a quarter of a second old.</summary>
    public static async Task UntilAvailable(this Product app, Show show, int places)
    {
        var patience = TimeSpan.FromSeconds(10);
        for (var waited = TimeSpan.Zero; waited < patience; waited += TimeSpan.FromMilliseconds(20))
        {
            if ((await app.Availability(show)).Number("available") == places) return;
            await Task.Delay(20, Ct);
        }
        Assert.Equal(places, (await app.Availability(show)).Number("available"));
    }

    /// <summary>Makes holds lapse: the database's clock cannot be moved, so the holds are.</summary>
    public static Task Lapse(this Product app, Guid bookingId) => app.Db.Run("""
        with lapsed as (update ticketing.bookings set expires_at = expires_at - interval '1 day' where booking_id = @bookingId)
        update inventory.claims set expires_at = expires_at - interval '1 day' where holder = @bookingId
        """, new { bookingId }, Ct);
}
