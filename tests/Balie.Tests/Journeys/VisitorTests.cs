using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Balie.Tests.Routes;

namespace Balie.Tests.Journeys;

/// <summary>The main job from one end to the other, through the front door alone, with nothing made up.</summary>
public sealed partial class VisitorTests(WholeProduct app) : IClassFixture<WholeProduct>
{
    private const string Password = "negentien blauwe walvissen";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_visitor_registers_books_what_an_organiser_published_cancels_and_signs_out_everywhere()
    {
        const string Email = "vera@example.org";
        await app.Installation.EnsureOwner("beheer@example.org", Estate.Password, "Beheer", Ct);

        // An organiser begins an organisation and puts an evening on sale.
        var organiser = await Registered("olaf@example.org", "Olaf");
        var house = await (await organiser.Post("/api/v1/organisations", new { slug = "schouwburg", name = "Schouwburg" }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        organiser.DefaultRequestHeaders.Add("X-Organisation", house.Text("slug"));
        var made = await (await organiser.Post("/api/v1/events", new
        {
            title = "Nachtconcert",
            zone = "Europe/Amsterdam",
            ticketTypes = new[] { Given.FreeType() },
            slots = new { dates = new[] { new { startsLocal = "2026-07-01T20:00:00", endsLocal = "2026-07-01T22:00:00" } }, capacity = 2 },
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var eventId = made.Text("id");

        // A draft is nobody's business yet.
        var visitor = await Registered(Email, "Vera");
        visitor.DefaultRequestHeaders.Add("X-Organisation", "schouwburg");
        await (await visitor.GetAsync($"/api/v1/events/{eventId}", Ct)).IsRefused(HttpStatusCode.NotFound, "ticketing.event_not_found", Ct);
        await (await visitor.Put($"/api/v1/events/{eventId}/publication", new { }, Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        foreach (var step in (string[])["publication", "sale"])
            await (await organiser.Put($"/api/v1/events/{eventId}/{step}", new { }, Ct)).IsOk<JsonElement>(Ct);

        // The visitor finds it, books both places and sees them among their own; nobody else finds any.
        Assert.Contains(eventId, await visitor.GetStringAsync("/api/v1/events?search=nachtconcert", Ct), StringComparison.Ordinal);
        var booking = await (await visitor.Post("/api/v1/bookings", new { eventId, quantity = 2 }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        Assert.Equal("confirmed", booking.Text("status"));
        Assert.Contains(booking.Text("reference"), await visitor.GetStringAsync("/api/v1/bookings", Ct), StringComparison.Ordinal);
        await (await organiser.Post("/api/v1/bookings", new { eventId, quantity = 1 }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.sold_out", Ct);

        // Cancelled, the places are somebody else's.
        var cancelled = await (await visitor.Patch($"/api/v1/bookings/{booking.Text("id")}/cancel", new { reason = "Griep" }, Ct))
            .IsOk<JsonElement>(Ct);
        Assert.Equal("cancelled", cancelled.Text("status"));
        await (await organiser.Post("/api/v1/bookings", new { eventId, quantity = 2 }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);

        // A telephone was lost: from another device all sessions but this one end, and the old token opens nothing any more.
        var elsewhere = await SignedIn(Email);
        await (await elsewhere.DeleteAsync("/api/v1/auth/sessions", Ct)).IsOk<JsonElement>(Ct);
        await UntilRefused(visitor);
        await (await elsewhere.GetAsync("/api/v1/auth/me", Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.Post("/api/v1/auth/logout", new { }, Ct)).StatusCode);
        await UntilRefused(elsewhere);
    }

    private async Task<HttpClient> Registered(string email, string name)
    {
        var client = app.Guest();
        await (await client.Post("/api/v1/auth/register", new { email, password = Password, name }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        await (await client.Post("/api/v1/auth/login", new { email, password = Password }, Ct))
            .IsRefused(HttpStatusCode.Forbidden, "identity.email_not_verified", Ct);
        await (await client.Post("/api/v1/auth/verify", new { email, code = await CodeMailed(email) }, Ct)).IsOk<JsonElement>(Ct);
        return await SignedIn(email);
    }

    private async Task<HttpClient> SignedIn(string email)
    {
        var client = app.Guest();
        var signedIn = await (await client.Post("/api/v1/auth/login", new { email, password = Password }, Ct)).IsOk<JsonElement>(Ct);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", signedIn.Text("accessToken"));
        return client;
    }

    private async Task<string> CodeMailed(string to)
    {
        for (var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds; Environment.TickCount64 < end; await Task.Delay(20, Ct))
            if (app.Mails(to) is [.., var newest]) return SixDigits().Match(newest).Value;
        throw new TimeoutException($"No mail to {to} came.");
    }

    /// <summary>Within the second that is promised, seen generously on a busy machine.</summary>
    private static async Task UntilRefused(HttpClient client)
    {
        for (var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds; Environment.TickCount64 < end; await Task.Delay(20, Ct))
        {
            using var answer = await client.GetAsync("/api/v1/auth/me", Ct);
            if (answer.StatusCode == HttpStatusCode.Unauthorized) return;
        }
        throw new TimeoutException("An ended session was still let in.");
    }

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex SixDigits();
}
