using Balie.Ticketing.Offers;
using Microsoft.AspNetCore.Http;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// Who is inside an event, per date and zone: once as JSON, or as a live stream for <c>Accept: text/event-stream</c>.
/// </summary>
internal static class SeeOccupancy
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenSignsOfLife = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestStream = TimeSpan.FromMinutes(30);
    private static readonly byte[] Prefix = "event: occupancy\ndata: "u8.ToArray();
    private static readonly byte[] Suffix = "\n\n"u8.ToArray();
    private static readonly byte[] SignOfLife = ": still here\n\n"u8.ToArray();

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/events/{eventId:guid}/occupancy", Handle).Needs(Permission.CheckIn).WithMetadata(
            new ProducesResponseTypeMetadata(200, typeof(Envelope<Occupancy>), ["application/json", "text/event-stream"]));

    public static async Task Handle(
        Guid eventId, Caller caller, DeviceBook devices, EventOffers offers, Occupancies occupancies, TimeProvider clock, HttpContext http)
    {
        var entered = await Door.Enter(eventId, caller, devices, offers, http.RequestAborted);
        if (entered.Value is not { } offer) await Problems.Write(http, entered.Refusal ?? EventNotFound);
        else if (WantsStream(http)) await Stream(http, caller, eventId, devices, offers, occupancies, clock);
        else await (await occupancies.Of(caller.OrgId, offer, http.RequestAborted)).Write(http);
    }

    private static bool WantsStream(HttpContext http) =>
        http.Request.Headers.Accept is [{ } accept, ..] && accept.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);

    // Each line is a whole answer, so a reader that missed some loses nothing. A device that lost its right meanwhile sees no more.
    private static async Task Stream(
        HttpContext http, Caller caller, Guid eventId, DeviceBook devices, EventOffers offers, Occupancies occupancies, TimeProvider clock)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        var began = clock.GetTimestamp();
        var (shown, spokenAt, ct) = (default(StoredAnswer), began, http.RequestAborted);
        while (!ct.IsCancellationRequested && clock.GetElapsedTime(began) < LongestStream)
        {
            if ((await Door.Enter(eventId, caller, devices, offers, ct)).Value is not { } offer) return;
            var answer = await occupancies.Of(caller.OrgId, offer, ct);
            if (shown is null || !Numbers(shown).SequenceEqual(Numbers(answer)))
            {
                await http.Response.Body.WriteAsync(Prefix, ct);
                await http.Response.Body.WriteAsync(answer.Body, ct);
                await http.Response.Body.WriteAsync(Suffix, ct);
                await http.Response.Body.FlushAsync(ct);
                (shown, spokenAt) = (answer, clock.GetTimestamp());
            }
            else if (clock.GetElapsedTime(spokenAt) > BetweenSignsOfLife)
            {
                await http.Response.Body.WriteAsync(SignOfLife, ct);
                await http.Response.Body.FlushAsync(ct);
                spokenAt = clock.GetTimestamp();
            }
            await Task.Delay(BetweenLooks, clock, ct);
        }
    }

    // The moment at the front always differs; what follows it is what people look at.
    private static ReadOnlySpan<byte> Numbers(StoredAnswer answer) => answer.Body.Span[answer.Body.Span.IndexOf("\"slots\""u8)..];
}
