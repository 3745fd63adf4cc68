using System.Net;
using Balie.Ticketing.Venues;

namespace Balie.Ticketing.Tests.Venues;

public sealed class VenueTests(CatalogueApp app) : IClassFixture<CatalogueApp>
{
    private static CancellationToken Ct => CatalogueApp.Ct;

    [Fact]
    public async Task A_venue_is_made_seen_corrected_and_deleted()
    {
        var venue = await app.Venue("Oude naam");
        var url = $"/api/v1/venues/{venue.Id}";
        var corrected = new { name = "Nieuwe naam", street = "Amstel 56", city = "Amsterdam", country = "NL", zone = "Europe/Amsterdam" };

        await (await app.Organiser.Edit(url, corrected, version: null))
            .IsRefused(HttpStatusCode.PreconditionRequired, "kernel.version_required", Ct);
        var answer = await app.Organiser.Edit(url, corrected, 1);
        await (await app.Organiser.Edit(url, corrected, 1)).IsRefused(HttpStatusCode.PreconditionFailed, "kernel.version_changed", Ct);

        Assert.Equal("\"v2\"", answer.Headers.ETag?.ToString());
        var seen = await (await app.Http.GetAsync(url, Ct)).IsOk<Venue>(Ct);
        Assert.Equal(("Nieuwe naam", "Amstel 56", 2), (seen.Name, seen.Street, seen.Version));
        Assert.Equal(HttpStatusCode.OK, (await app.Organiser.DeleteAsync(url, Ct)).StatusCode);
        await (await app.Http.GetAsync(url, Ct)).IsRefused(HttpStatusCode.NotFound, "ticketing.venue_not_found", Ct);
        await (await app.Organiser.DeleteAsync(url, Ct)).IsRefused(HttpStatusCode.NotFound, "ticketing.venue_not_found", Ct);
    }

    [Fact]
    public async Task A_venue_where_something_is_to_happen_is_not_deleted()
    {
        var venue = await app.Venue();
        var show = await app.Event(venueId: venue.Id);

        await (await app.Organiser.DeleteAsync($"/api/v1/venues/{venue.Id}", Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.venue_in_use", Ct);
        await app.Organiser.DeleteAsync($"/api/v1/events/{show.Id}", Ct);

        Assert.Equal(HttpStatusCode.OK, (await app.Organiser.DeleteAsync($"/api/v1/venues/{venue.Id}", Ct)).StatusCode);
    }

    [Fact]
    public async Task Deleting_waits_for_an_event_that_is_about_to_take_the_venue()
    {
        var venue = await app.Venue();
        var show = await app.Event();
        await using var rival = await app.Rival();
        await rival.Run("select venue_id from ticketing.venues where venue_id = @Id for share", venue);
        var move = new { venueId = venue.Id, eventId = show.Id };
        await rival.Run("update ticketing.events set venue_id = @venueId where event_id = @eventId", move);

        var late = app.Organiser.DeleteAsync($"/api/v1/venues/{venue.Id}", Ct);
        await rival.UntilSomeoneWaits();
        await rival.Commit();

        await (await late).IsRefused(HttpStatusCode.Conflict, "ticketing.venue_in_use", Ct);
    }

    [Fact]
    public async Task Pages_show_every_venue_once()
    {
        var organiser = app.As(Roles.Events, orgId: Guid.CreateVersion7());
        for (var i = 0; i < 5; i++) await app.Venue($"Zaal {i}", by: organiser);

        var seen = await Pages.Walk<Venue>(organiser, "/api/v1/venues?limit=2", Ct);

        Assert.Equal(["Zaal 0", "Zaal 1", "Zaal 2", "Zaal 3", "Zaal 4"], seen.Select(venue => venue.Name).Order());
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_venue_is_said_at_once()
    {
        var wrong = new { name = "", city = "a\nb", country = "nl", zone = "Mars/Olympus" };
        var problem = await (await app.Organiser.Post("/api/v1/venues", wrong, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);

        var fields = problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString());
        Assert.Equal(["name", "city", "country", "zone"], fields);
    }
}
