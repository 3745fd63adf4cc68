using System.Net;
using System.Text.Json;

namespace Balie.Tests.Routes;

/// <summary>What an organisation has at its doors and on its waiting lists, and how those routes are called well.</summary>
internal static class DoorEstate
{
    private const string Nonce = "01900000-0000-7000-8000-00000000d00f";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static readonly Dictionary<string, Func<Func<string, string>, object>> Bodies = new()
    {
        ["POST /api/v1/devices"] = id => new
        {
            name = "Scanner",
            eventIds = new[] { id("eventId") },
            gate = "Hoofdingang",
            zoneIds = new[] { id("zoneId") },
            mayForce = true,
        },
        ["PUT /api/v1/events/{eventId}/doors"] = _ => new { openMinutes = 60, closeMinutes = 30, reentries = 1 },
        ["POST /api/v1/checkins"] = id => new
        {
            nonce = Nonce,
            bookingId = id("bookingId"),
            eventId = id("eventId"),
            slotId = id("slotId"),
            direction = "in",
            deviceTime = "2026-07-01T18:00:00Z",
            quantity = 1,
            force = false,
            reason = "",
        },
        ["POST /api/v1/checkins/upload"] = id => new
        {
            facts = new[]
            {
                new
                {
                    nonce = Nonce,
                    deviceTime = "2026-07-01T18:00:00Z",
                    result = "admitted",
                    code = "BT1-",
                    eventId = id("eventId"),
                    slotId = id("slotId"),
                    direction = "in",
                },
            },
        },
        ["POST /api/v1/events/{eventId}/waiting-list"] = id => new
        {
            slotId = id("slotId"),
            ticketTypeId = id("ticketTypeId"),
            quantity = 1,
            name = "Gast",
            email = "gast@example.org",
        },
    };

    public static async Task Fill(WholeProduct app, HttpClient owner, string marker, Dictionary<string, string> ids)
    {
        var registered = await (await owner.Post("/api/v1/devices", new { name = marker, eventIds = new[] { ids["eventId"] } }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        ids["deviceId"] = registered.GetProperty("device").Text("id");

        var eventIdHere = Guid.Parse(ids["eventId"]);
        await (await owner.Post("/api/v1/checkins", new { nonce = Guid.CreateVersion7(), code = marker, eventId = eventIdHere }, Ct))
            .IsOk<JsonElement>(Ct);
        var organisation = app.SystemDb.As(Guid.Parse(ids["organisationId"]));
        await organisation.Run("""
            insert into ticketing.entries (org_id, ticket_id, event_id, slot_id, ins, outs, updated_at)
            values (@orgId, @ticketId, @eventIdHere, @slotId, 0, 0, @Now)
            """, new { ticketId = organisation.NewId(), eventIdHere, slotId = Guid.Parse(ids["slotId"]), organisation.Now }, Ct);

        // Somebody waits for what another has.
        var made = await (await owner.Post("/api/v1/events", new
        {
            title = marker,
            zone = "Europe/Amsterdam",
            ticketTypes = new[] { new { name = marker, price = Given.Price(0) } },
            slots = new { dates = new[] { new { startsLocal = "2026-07-01T20:00:00", endsLocal = "2026-07-01T22:00:00" } }, capacity = 1 },
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var eventId = made.Text("id");
        foreach (var step in (string[])["publication", "sale"])
            await (await owner.Put($"/api/v1/events/{eventId}/{step}", new { }, Ct)).IsOk<JsonElement>(Ct);
        var person = new { name = marker, email = $"wacht-{marker}@example.org".ToLowerInvariant() };
        await (await owner.Post("/api/v1/bookings", new { eventId, quantity = 1, holder = person }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        ids["entryId"] = (await (await owner.Post($"/api/v1/events/{eventId}/waiting-list", person, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct)).Text("id");
    }
}
