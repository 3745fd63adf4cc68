using System.Net.Http.Headers;
using Dapper;
using Npgsql;

namespace Balie.Bench;

internal sealed partial class Venue
{
    private const int TicketsPerBooking = 10;
    private const int BookingsAtOnce = 16;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// An event with open doors, tickets issued and mailed; returns a file of so many codes for each part, and the key of a device.
    /// </summary>
    public async Task<(string[] Codes, string Key)> Door(int[] parts, CancellationToken ct)
    {
        var tickets = parts.Sum();
        await FreshTokens(ct);
        var owner = (await File.ReadAllLinesAsync(TokenFile, ct))[0];
        var day = TimeProvider.System.GetUtcNow().AddDays(3).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var made = await Post("/api/v1/events", new
        {
            title = "Bench door",
            zone = "Europe/Amsterdam",
            ticketTypes = new[] { new { name = "Gratis", price = new Money(0, "EUR") } },
            slots = new { dates = new[] { new { startsLocal = $"{day}T20:00:00", endsLocal = $"{day}T22:00:00" } }, capacity = tickets },
        }, owner, ct);
        var eventId = made.GetProperty("id").GetString() ?? "";
        await Send(HttpMethod.Put, $"/api/v1/events/{eventId}/publication", new { }, owner, ct);
        await Send(HttpMethod.Put, $"/api/v1/events/{eventId}/sale", new { }, owner, ct);
        await OpenDoors(eventId, owner, ct);
        await Parallel.ForAsync(0, tickets / TicketsPerBooking, new ParallelOptions
        {
            MaxDegreeOfParallelism = BookingsAtOnce,
            CancellationToken = ct,
        }, async (_, stop) => await Post("/api/v1/bookings", new { eventId, quantity = TicketsPerBooking }, owner, stop));

        var registered = await Post("/api/v1/devices", new { name = "Bench", eventIds = new[] { eventId } }, owner, ct);
        var codes = await Codes(Guid.Parse(eventId), tickets, ct);
        await using (var database = await Database.Open(ConnectionString, ct)) await Purchases.Settle(database, ct);
        var files = new List<string>();
        foreach (var part in parts)
        {
            files.Add(Path.Combine(_data, $"codes-{files.Count}"));
            await File.WriteAllLinesAsync(files[^1], codes[..part], ct);
            codes = codes[part..];
        }
        return ([.. files], registered.GetProperty("key").GetString() ?? "");
    }

    private async Task OpenDoors(string eventId, string token, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/events/{eventId}/doors")
        {
            Content = JsonContent(new { openMinutes = 30 * 24 * 60 }),
        };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await Balie.Http.SendAsync(request, ct);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<string[]> Codes(Guid eventId, int tickets, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        while (true)
        {
            var codes = (await connection.QueryAsync<string>(
                "set role balie_system; select code from ticketing.tickets where event_id = @eventId", new { eventId })).ToArray();
            if (codes.Length >= tickets) return codes;
            await Task.Delay(BetweenLooks, ct);
        }
    }
}
