using System.Net;
using System.Net.Http.Json;
using Balie.Contracts.Inventory;
using Balie.Ticketing.Events;
using Balie.Ticketing.Slots;
using Balie.Ticketing.TicketTypes;
using Balie.Ticketing.Venues;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Ticketing.Tests;

/// <summary>Ticketing alone, with what its tests need to have: venues, and events in any state.</summary>
public sealed class CatalogueApp : ModuleApp<TicketingModule>
{
    public FakeInventory Inventory { get; } = new();

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Who runs events in the default organisation.</summary>
    public HttpClient Organiser => As(Roles.Events);

    protected override void Replace(IServiceCollection services) => services.AddSingleton<IInventory>(Inventory);

    internal async Task<Venue> Venue(string name = "De Kleine Komedie", string city = "Amsterdam", HttpClient? by = null) =>
        await (await (by ?? Organiser).Post("/api/v1/venues", new { name, city, country = "NL", zone = "Europe/Amsterdam" }, Ct))
            .IsOk<Venue>(HttpStatusCode.Created, Ct);

    /// <summary>A draft in Amsterdam, by default with one slot of 100 places on 1 June 2026, and one free ticket type.</summary>
    internal async Task<EventView> Event(
        string title = "Onder de rivier", object? slots = null, object[]? ticketTypes = null, object[]? zones = null, Guid? venueId = null,
        Guid? seatingPlanId = null, string summary = "", HttpClient? by = null) =>
        await (await (by ?? Organiser).Post("/api/v1/events", new
        {
            title,
            summary,
            venueId,
            seatingPlanId,
            zone = "Europe/Amsterdam",
            zones,
            ticketTypes = ticketTypes ?? [new { name = "Gratis", price = Price(0) }],
            slots = slots ?? OneSlot(),
        }, Ct)).IsOk<EventView>(HttpStatusCode.Created, Ct);

    internal async Task<EventView> Published(string title = "Onder de rivier", HttpClient? by = null)
    {
        var draft = await Event(title, by: by);
        return await Step(draft.Id, "publication", by);
    }

    internal async Task<EventView> OnSale(string title = "Onder de rivier", HttpClient? by = null) =>
        await Step((await Published(title, by)).Id, "sale", by);

    internal async Task<EventView> Step(Guid eventId, string noun, HttpClient? by = null) =>
        await (await (by ?? Organiser).Put($"/api/v1/events/{eventId}/{noun}", new { reason = "Daarom." }, Ct)).IsOk<EventView>(Ct);

    internal async Task<EventView> See(Guid eventId) =>
        await (await Organiser.GetAsync($"/api/v1/events/{eventId}", Ct)).IsOk<EventView>(Ct);

    internal async Task<Slot[]> Slots(Guid eventId) =>
        await (await Organiser.GetAsync($"/api/v1/events/{eventId}/slots?limit=100", Ct)).IsOk<Slot[]>(Ct);

    internal async Task<TicketType> OnlyType(Guid eventId) => (await See(eventId)).TicketTypes.Single();

    /// <summary>How often a message of this kind about this event went into the outbox.</summary>
    public Task<long> Told(string kind, Guid eventId) => SystemDb.Everywhere.One<long>(
        "select count(*) from kernel.outbox where kind = @kind and body::text like '%' || @eventId || '%'",
        new { kind, eventId = eventId.ToString() }, Ct);

    /// <summary>The pool of a zone or ticket type in a slot.</summary>
    public Task<Guid> PoolOf(Guid slotId, Guid partId) => Db.One<Guid>(
        "select pool_id from ticketing.slot_pools where org_id = @orgId and slot_id = @slotId and @partId in (zone_id, ticket_type_id)",
        new { slotId, partId }, Ct);

    public static object Price(long amount) => new { amount, currency = "EUR" };

    public static object OneSlot(int? capacity = 100) =>
        new { dates = new[] { new { startsLocal = "2026-06-01T20:00", endsLocal = "2026-06-01T22:30" } }, capacity };
}

/// <summary>Requests that name the version they edit.</summary>
internal static class Editing
{
    public static Task<HttpResponseMessage> Edit(this HttpClient http, string url, object body, int? version)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = JsonContent.Create(body, options: Json.Options) };
        if (version is not null) request.Headers.TryAddWithoutValidation("If-Match", $"\"v{version}\"");
        return http.SendAsync(request, CatalogueApp.Ct);
    }
}
