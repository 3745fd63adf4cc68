using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Balie.Tests.Tickets;

namespace Balie.Tests.CheckIn;

/// <summary>What tests of the door say often.</summary>
internal static class DoorWords
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private const int Month = 30 * 24 * 60;

    /// <summary>Tomorrow night, with doors that are open already.</summary>
    public static async Task<Show> OpenShow(
        this Product app, int reentries = 0, object[]? zones = null, object[]? types = null, Guid? venueId = null, int? capacity = 1_000)
    {
        var show = await app.Show(
            capacity, types, zones, venueId: venueId, startsLocal: "2026-01-02T20:00:00", endsLocal: "2026-01-02T22:00:00");
        await app.Doors(show, new { openMinutes = Month, reentries });
        return show;
    }

    public static async Task Doors(this Product app, Show show, object figures)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/events/{show.EventId}/doors")
        {
            Content = new StringContent(JsonSerializer.Serialize(figures, Json.Options), System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        await (await app.As(Roles.Owner).SendAsync(request, Ct)).IsOk<JsonElement>(Ct);
    }

    public static object At(Show show) => new { name = "Scanner", gate = "Hoofdingang", eventIds = new[] { show.EventId } };

    /// <summary>A registered device, as its own client.</summary>
    public static async Task<(HttpClient Client, Guid Id)> Device(this Product app, object registration)
    {
        var made = await (await app.As(Roles.Owner).Post("/api/v1/devices", registration, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var client = app.As(Roles.Customer);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.Text("key"));
        return (client, made.GetProperty("device").Id());
    }

    public static async Task<HttpClient> DeviceAt(this Product app, Show show) => (await app.Device(At(show))).Client;

    /// <summary>One ticket of a new booking, by its code.</summary>
    public static async Task<(string Code, Guid Id)> Ticket(this Product app, Show show)
    {
        var (_, tickets) = await app.Ticketed(app.As(Roles.Customer), show);
        return (tickets[0].Text("code"), tickets[0].Id());
    }

    public static Task<HttpResponseMessage> CheckIn(this HttpClient door, object request) => door.Post("/api/v1/checkins", request, Ct);

    public static async Task<JsonElement> Scan(this HttpClient door, string code, string direction = "in", Guid? nonce = null) =>
        await (await door.CheckIn(new { nonce = nonce ?? Guid.CreateVersion7(), code, direction })).IsOk<JsonElement>(Ct);

    /// <summary><c>admitted</c>, or why not.</summary>
    public static string Said(this JsonElement answer) =>
        answer.Text("result") == "admitted" ? "admitted" : answer.Text("reason");
}
