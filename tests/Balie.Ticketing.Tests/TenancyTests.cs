using System.Net;
using System.Net.Http.Json;
using Balie.Ticketing.Seating;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Ticketing.Tests;

/// <summary>Every route of the catalogue with the ids of another organisation: what is not yours is not there.</summary>
public sealed class TenancyTests(CatalogueApp app) : IClassFixture<CatalogueApp>
{
    private static CancellationToken Ct => CatalogueApp.Ct;

    private static readonly object Reason = new { reason = "Daarom." };
    private static readonly object Venue = new { name = "Zaal", country = "NL", zone = "Europe/Amsterdam" };
    private static readonly object Layout =
        new { name = "Zaal", sections = new[] { new { name = "A", rows = new[] { new { row = "1", seats = 1 } } } } };
    private static readonly object Event = new { title = "Overgenomen", zone = "Europe/Amsterdam" };
    private static readonly object Type = new { name = "Gratis", price = CatalogueApp.Price(0) };
    private static readonly object Zone = new { name = "Veld", capacity = 1 };
    private static readonly object NewTime = new { slotId = Guid.Empty, startsLocal = "2026-09-01T20:00", endsLocal = "2026-09-01T22:30" };
    private static readonly object Schedule = new { slots = new[] { NewTime }, reason = "Daarom." };

    private static readonly Dictionary<string, object?> Routes = new()
    {
        ["GET /venues/{venueId:guid}"] = null,
        ["PUT /venues/{venueId:guid}"] = Venue,
        ["DELETE /venues/{venueId:guid}"] = null,
        ["POST /venues/{venueId:guid}/seating-plans"] = Layout,
        ["GET /venues/{venueId:guid}/seating-plans"] = null,
        ["GET /seating-plans/{seatingPlanId:guid}"] = null,
        ["GET /events/{eventId:guid}"] = null,
        ["PUT /events/{eventId:guid}"] = Event,
        ["DELETE /events/{eventId:guid}"] = null,
        ["PUT /events/{eventId:guid}/publication"] = null,
        ["PUT /events/{eventId:guid}/sale"] = null,
        ["PUT /events/{eventId:guid}/pause"] = null,
        ["DELETE /events/{eventId:guid}/pause"] = null,
        ["PUT /events/{eventId:guid}/postponement"] = Reason,
        ["PUT /events/{eventId:guid}/schedule"] = Schedule,
        ["PUT /events/{eventId:guid}/completion"] = null,
        ["PUT /events/{eventId:guid}/cancellation"] = Reason,
        ["GET /events/{eventId:guid}/history"] = null,
        ["GET /events/{eventId:guid}/calendar.ics"] = null,
        ["GET /events/{eventId:guid}/availability"] = null,
        ["GET /events/{eventId:guid}/slots/{slotId:guid}/seats"] = null,
        ["GET /events/{eventId:guid}/slots"] = null,
        ["POST /events/{eventId:guid}/slots"] = CatalogueApp.OneSlot(),
        ["PUT /slots/{slotId:guid}/cancellation"] = Reason,
        ["PUT /slots/{slotId:guid}/capacity"] = new { capacity = 1 },
        ["PUT /slots/{slotId:guid}/zones/{zoneId:guid}/capacity"] = new { capacity = 1 },
        ["PUT /slots/{slotId:guid}/ticket-types/{ticketTypeId:guid}/capacity"] = new { capacity = 1 },
        ["POST /events/{eventId:guid}/zones"] = Zone,
        ["PUT /zones/{zoneId:guid}"] = Zone,
        ["DELETE /zones/{zoneId:guid}"] = null,
        ["POST /events/{eventId:guid}/ticket-types"] = Type,
        ["PUT /ticket-types/{ticketTypeId:guid}"] = Type,
        ["DELETE /ticket-types/{ticketTypeId:guid}"] = null,
    };

    private const string Api = "/api/v1";
    private static readonly string[] Nouns = ["venues", "seating-plans", "events", "slots", "zones", "ticket-types"];

    [Fact]
    public void Every_route_of_the_catalogue_that_names_something_is_probed()
    {
        var routes =
            from endpoint in app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            let route = endpoint.RoutePattern.RawText ?? ""
            where route.StartsWith(Api, StringComparison.Ordinal) && route.Contains('{', StringComparison.Ordinal)
            let path = route[Api.Length..]
            where Nouns.Contains(path.Split('/')[1])
            from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
            where method != HttpMethods.Head
            select $"{method} {path}";

        Assert.Equal(Routes.Keys.Order(StringComparer.Ordinal), routes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_belongs_to_another_organisation_is_not_there_and_stays_as_it_is()
    {
        var venue = await app.Venue();
        var plan = await (await app.Organiser.Post($"/api/v1/venues/{venue.Id}/seating-plans", Layout, Ct))
            .IsOk<CreateSeatingPlan.Created>(HttpStatusCode.Created, Ct);
        var type = new { name = "Gratis", price = CatalogueApp.Price(0), zoneName = "Veld", cap = 5 };
        var theirs = await app.Event(zones: [new { name = "Veld", capacity = 10 }], ticketTypes: [type]);
        var slot = (await app.Slots(theirs.Id)).Single();
        await app.Step(theirs.Id, "publication");
        var before = await app.See(theirs.Id);
        var stranger = app.As(Roles.Owner, orgId: Guid.CreateVersion7());

        foreach (var (route, body) in Routes)
        {
            var url = route.Split(' ')[1].Replace("{venueId:guid}", $"{venue.Id}", StringComparison.Ordinal)
                .Replace("{seatingPlanId:guid}", $"{plan.Id}", StringComparison.Ordinal)
                .Replace("{eventId:guid}", $"{theirs.Id}", StringComparison.Ordinal)
                .Replace("{slotId:guid}", $"{slot.Id}", StringComparison.Ordinal)
                .Replace("{zoneId:guid}", $"{theirs.Zones.Single().Id}", StringComparison.Ordinal)
                .Replace("{ticketTypeId:guid}", $"{theirs.TicketTypes.Single().Id}", StringComparison.Ordinal);

            var answer = await Send(stranger, new HttpMethod(route.Split(' ')[0]), Api + url, body);

            var said = $"{route}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Ct)}";
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, said);
        }
        Assert.Equivalent(before, await app.See(theirs.Id));
    }

    [Fact]
    public async Task An_event_does_not_take_place_at_another_organisations_venue()
    {
        var venue = await app.Venue();
        var stranger = app.As(Roles.Owner, orgId: Guid.CreateVersion7());

        await (await stranger.Post("/api/v1/events", new { title = "Kraak", venueId = venue.Id }, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
    }

    private static Task<HttpResponseMessage> Send(HttpClient http, HttpMethod method, string url, object? body)
    {
        if (method == HttpMethod.Post) return http.Post(url, body ?? new { }, Ct);
        var request = new HttpRequestMessage(method, url);
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        if (body is not null) request.Content = JsonContent.Create(body, options: Json.Options);
        return http.SendAsync(request, Ct);
    }
}
