using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Balie.Tests.Routes;

/// <summary>
/// All that one organisation has, made through the API by its owner: one of everything that a route can name. A new kind of thing is added
/// here, under the name that routes give to its id.
/// </summary>
/// <param name="Marker">A word that stands in every name of this organisation and in nobody else's.</param>
/// <param name="Email">The owner's.</param>
public sealed record Estate(WholeProduct App, string Marker, string Email, HttpClient Owner, IReadOnlyDictionary<string, string> Ids)
{
    public const string Password = "zeventien paarse olifanten";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public string OrganisationId => Ids["organisationId"];

    /// <summary>Whatever tells that something is this organisation's.</summary>
    public IEnumerable<string> Marks => [Marker, .. Ids.Values];

    /// <summary>The owner once more, in a session of its own that a test may end.</summary>
    public async Task<HttpClient> SignInAgain() => await SignIn(App, Email, OrganisationId);

    public static async Task<Estate> Make(WholeProduct app, string marker)
    {
        var email = $"{marker}@example.org".ToLowerInvariant();
        var staff = $"deur-{email}";
        foreach (var address in (string[])[email, staff])
            Assert.Null((await app.Installation.CreateUser(address, marker, Password, "nl", Ct)).Refusal);
        var owner = await SignIn(app, email, null);
        var ids = new Dictionary<string, string>
        {
            ["organisationId"] = await Made(owner, "/api/v1/organisations", new { slug = marker.ToLowerInvariant(), name = marker }),
        };
        owner.DefaultRequestHeaders.Add("X-Organisation", ids["organisationId"]);
        ids["userId"] = await Made(owner, $"/api/v1/organisations/{ids["organisationId"]}/members", new { email = staff, role = "door" },
            "userId");
        ids["keyId"] = await Made(owner, $"/api/v1/organisations/{ids["organisationId"]}/api-keys",
            new { name = marker, scopes = new[] { "eventsRead" } });
        ids["sessionId"] = await OtherSession(app, email, owner);

        ids["venueId"] = await Made(owner, "/api/v1/venues",
            new { name = marker, country = "NL", zone = "Europe/Amsterdam", city = marker });
        var rows = new[] { new { row = "A", seats = 30 }, new { row = "B", seats = 30 } };
        ids["seatingPlanId"] = await Made(owner, $"/api/v1/venues/{ids["venueId"]}/seating-plans",
            new { name = marker, sections = new[] { new { name = "Parket", rows } } });
        await MakeEvent(owner, marker, ids);
        var holder = new { name = marker, email = $"gast-{email}" };
        ids["bookingId"] = await Made(owner, "/api/v1/bookings", new { eventId = ids["eventId"], quantity = 2, holder });
        ids["idOrReference"] = (await (await owner.GetAsync($"/api/v1/bookings/{ids["bookingId"]}", Ct)).IsOk<JsonElement>(Ct))
            .Text("reference");
        await NotificationEstate.Make(app, owner, marker, ids);
        await PaymentEstate.Make(app, owner, marker, ids);
        await OrderEstate.Make(app, owner, marker, ids);
        await MakeTickets(app, owner, ids);
        await DoorEstate.Fill(app, owner, marker, ids);
        return new Estate(app, marker, email, owner, ids);
    }

    // Sold at the desk, issued, and one of them on offer to somebody; and another evening that was called off.
    private static async Task MakeTickets(WholeProduct app, HttpClient owner, Dictionary<string, string> ids)
    {
        await (await owner.Put($"/api/v1/bookings/{ids["bookingId"]}/confirmation", new { }, Ct)).IsOk<JsonElement>(Ct);
        var dates = new[] { new { startsLocal = "2026-07-03T20:00:00", endsLocal = "2026-07-03T22:00:00" } };
        (await owner.Post($"/api/v1/events/{ids["eventId"]}/slots", new { dates }, Ct)).EnsureSuccessStatusCode();
        var slots = await (await owner.GetAsync($"/api/v1/events/{ids["eventId"]}/slots", Ct)).IsOk<JsonElement>(Ct);
        await (await owner.Put($"/api/v1/slots/{slots[1].Text("id")}/cancellation", new { reason = "Storm" }, Ct)).IsOk<JsonElement>(Ct);
        await app.Deliver(Ct);
        var tickets = await (await owner.GetAsync($"/api/v1/bookings/{ids["bookingId"]}/tickets", Ct)).IsOk<JsonElement>(Ct);
        (ids["ticketId"], ids["idOrNumber"]) = (tickets[0].Text("id"), tickets[0].Text("number"));
        ids["transferId"] = await Made(owner, $"/api/v1/tickets/{ids["ticketId"]}/transfers", new { email = "vriend@example.org" });
    }

    private static async Task MakeEvent(HttpClient owner, string marker, Dictionary<string, string> ids)
    {
        var made = await (await owner.Post("/api/v1/events", new
        {
            title = marker,
            summary = marker,
            venueId = ids["venueId"],
            seatingPlanId = ids["seatingPlanId"],
            zones = new[] { new { name = marker, sections = new[] { "Parket" } } },
            ticketTypes = new[] { new { name = marker, price = Given.Price(1500), zoneName = marker, cap = 30 } },
            slots = new { dates = new[] { new { startsLocal = "2026-07-01T20:00:00", endsLocal = "2026-07-01T22:00:00" } } },
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        ids["eventId"] = made.Text("id");
        ids["zoneId"] = made.GetProperty("zones")[0].Text("id");
        ids["ticketTypeId"] = made.GetProperty("ticketTypes")[0].Text("id");
        foreach (var step in (string[])["publication", "sale"])
            await (await owner.Put($"/api/v1/events/{ids["eventId"]}/{step}", new { }, Ct)).IsOk<JsonElement>(Ct);
        ids["slotId"] = (await (await owner.GetAsync($"/api/v1/events/{ids["eventId"]}/slots", Ct)).IsOk<JsonElement>(Ct))[0].Text("id");
        // A change that is audited, and a figure of the organisation's own.
        await (await owner.Put($"/api/v1/slots/{ids["slotId"]}/ticket-types/{ids["ticketTypeId"]}/capacity", new { capacity = 40 }, Ct))
            .IsOk<JsonElement>(Ct);
        using var figures = new HttpRequestMessage(HttpMethod.Put, "/api/v1/policies") { Content = new ByteArrayContent("{}"u8.ToArray()) };
        figures.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        figures.Headers.TryAddWithoutValidation("If-Match", "*");
        await (await owner.SendAsync(figures, Ct)).IsOk<JsonElement>(Ct);
    }

    private static async Task<HttpClient> SignIn(WholeProduct app, string email, string? organisation)
    {
        var client = app.Guest();
        var signedIn = await (await client.Post("/api/v1/auth/login", new { email, password = Password }, Ct)).IsOk<JsonElement>(Ct);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", signedIn.Text("accessToken"));
        if (organisation is not null) client.DefaultRequestHeaders.Add("X-Organisation", organisation);
        return client;
    }

    private static async Task<string> OtherSession(WholeProduct app, string email, HttpClient owner)
    {
        await SignIn(app, email, null);
        var sessions = await (await owner.GetAsync("/api/v1/auth/sessions", Ct)).IsOk<JsonElement>(Ct);
        return sessions.EnumerateArray().First(session => !session.GetProperty("current").GetBoolean()).Text("id");
    }

    private static async Task<string> Made(HttpClient owner, string path, object body, string id = "id") =>
        (await (await owner.Post(path, body, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct)).Text(id);
}
