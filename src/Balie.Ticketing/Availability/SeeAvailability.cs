using Balie.Contracts.Orders;
using Balie.Ticketing.Offers;
using Microsoft.AspNetCore.Http;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Availability;

/// <summary>
/// What is free of an event and what it costs with fees, per date and ticket type: once as JSON, or as a live stream for
/// <c>Accept: text/event-stream</c>, which notices within two seconds what a code in the cart opened or opens no more.
/// </summary>
internal static class SeeAvailability
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenLooksIntoTheCart = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenSignsOfLife = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestStream = TimeSpan.FromMinutes(30);
    private static readonly byte[] Prefix = "event: availability\ndata: "u8.ToArray();
    private static readonly byte[] Suffix = "\n\n"u8.ToArray();
    private static readonly byte[] SignOfLife = ": still here\n\n"u8.ToArray();

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/events/{eventId:guid}/availability", Handle).Public().Takes(IUnlockedOffers.Described).WithMetadata(
            new ProducesResponseTypeMetadata(200, typeof(Envelope<EventAvailability>), ["application/json", "text/event-stream"]));

    public static async Task Handle(
        Guid eventId, Caller caller, EventOffers offers, Audiences audiences, Availabilities availabilities, TimeProvider clock,
        HttpContext http)
    {
        var (audience, askedAt) = (await Ask(), clock.GetTimestamp());
        if (await Look() is not { } answer) await Problems.Write(http, EventNotFound);
        else if (WantsStream(http)) await Stream(http, Look, clock);
        else await answer.Write(http);

        async ValueTask<Audience> Ask()
        {
            var hides = await offers.Find(caller.OrgId, eventId, http.RequestAborted) is { Hides: true };
            return await audiences.Of(http.Request, caller, hides, http.RequestAborted);
        }

        // Places are counted in memory, but a cart is read from the database, so it is looked into less often.
        async ValueTask<StoredAnswer?> Look()
        {
            if (clock.GetElapsedTime(askedAt) >= BetweenLooksIntoTheCart) (audience, askedAt) = (await Ask(), clock.GetTimestamp());
            return await availabilities.Of(caller.OrgId, eventId, audience, http.RequestAborted);
        }
    }

    private static bool WantsStream(HttpContext http) =>
        http.Request.Headers.Accept is [{ } accept, ..] && accept.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);

    // Each line is a whole answer, so a reader that missed some loses nothing.
    private static async Task Stream(HttpContext http, Func<ValueTask<StoredAnswer?>> look, TimeProvider clock)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        var began = clock.GetTimestamp();
        var (shown, spokenAt) = (default(StoredAnswer), began);
        while (!http.RequestAborted.IsCancellationRequested && clock.GetElapsedTime(began) < LongestStream)
        {
            var answer = await look();
            if (answer is null) return;
            if (shown is null || !SameNumbers(shown, answer))
            {
                await http.Response.Body.WriteAsync(Prefix, http.RequestAborted);
                await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
                await http.Response.Body.WriteAsync(Suffix, http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                (shown, spokenAt) = (answer, clock.GetTimestamp());
            }
            else if (clock.GetElapsedTime(spokenAt) > BetweenSignsOfLife)
            {
                await http.Response.Body.WriteAsync(SignOfLife, http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                spokenAt = clock.GetTimestamp();
            }
            await Task.Delay(BetweenLooks, clock, http.RequestAborted);
        }
    }

    // The moment at the front always differs; what follows it is what people look at.
    private static bool SameNumbers(StoredAnswer left, StoredAnswer right) => Numbers(left).SequenceEqual(Numbers(right));

    private static ReadOnlySpan<byte> Numbers(StoredAnswer answer) => answer.Body.Span[answer.Body.Span.IndexOf("\"orderFee\""u8)..];
}
