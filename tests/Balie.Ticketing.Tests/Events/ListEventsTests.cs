using System.Net;
using Balie.Ticketing.Events;

namespace Balie.Ticketing.Tests.Events;

public sealed class ListEventsTests(CatalogueApp app) : IClassFixture<CatalogueApp>
{
    private static CancellationToken Ct => CatalogueApp.Ct;

    private readonly Guid _orgId = Guid.CreateVersion7();

    private HttpClient Organiser => app.As(Roles.Events, orgId: _orgId);

    [Theory]
    [InlineData("zwaan", "De zwanen van Brugge")]
    [InlineData("zwanen", "De zwanen van Brugge")]
    [InlineData("ZWAN", "De zwanen van Brugge")]
    [InlineData("brug zwan", "De zwanen van Brugge")]
    [InlineData("cafe", "Café Concert")]
    [InlineData("café conc", "Café Concert")]
    [InlineData("orgel", "Café Concert")]
    [InlineData("brugge -concert", "De zwanen van Brugge")]
    [InlineData("utrecht", "De zwanen van Brugge")]
    [InlineData("olifant", null)]
    [InlineData("'); drop table", null)]
    [InlineData("&|!:*", null)]
    public async Task Search_finds_words_by_their_stem_their_beginning_and_without_accents(string search, string? title)
    {
        var venue = await app.Venue("Tivoli", "Utrecht", Organiser);
        await app.Event("De zwanen van Brugge", venueId: venue.Id, by: Organiser);
        await app.Event("Café Concert", summary: "Met een orgel", by: Organiser);

        var found = await List($"?search={Uri.EscapeDataString(search)}");

        Assert.Equal(title is null ? [] : [title], found.Select(line => line.Title));
    }

    [Fact]
    public async Task Visitors_see_what_was_published_and_organisers_everything()
    {
        var draft = await app.Event("Concept", by: Organiser);
        var published = await app.Published("Openbaar", Organiser);
        var guest = Guest();

        Assert.Equal([published.Id], (await List("", guest)).Select(line => line.Id));
        Assert.Empty(await List("?status=draft", guest));
        Assert.Equal([draft.Id], (await List("?status=draft")).Select(line => line.Id));
        Assert.Equal(2, (await List("")).Length);
    }

    [Fact]
    public async Task A_period_holds_what_takes_place_in_it_by_its_next_slot()
    {
        var run = await app.Event("Reeks", Dates("2026-06-01", "2026-06-10"), by: Organiser);
        var single = await app.Event("Eenmalig", Dates("2026-06-05"), by: Organiser);
        var bare = await (await Organiser.Post("/api/v1/events", new { title = "Ooit", zone = "Europe/Amsterdam" }, Ct))
            .IsOk<EventView>(HttpStatusCode.Created, Ct);

        Assert.Equal([run.Id, single.Id, bare.Id], (await List("")).Select(line => line.Id));
        Assert.Equal([single.Id, run.Id], (await List("?from=2026-06-02T00:00:00Z")).Select(line => line.Id));
        Assert.Equal([run.Id], (await List("?to=2026-06-05T00:00:00Z")).Select(line => line.Id));
        Assert.Equal([single.Id], (await List("?from=2026-06-02T00:00:00Z&to=2026-06-06T00:00:00Z")).Select(line => line.Id));
        Assert.Null((await List("?search=ooit")).Single().StartsAt);
    }

    [Fact]
    public async Task A_line_says_where_when_and_from_what_price()
    {
        var venue = await app.Venue(by: Organiser);
        await app.Event(venueId: venue.Id, by: Organiser, ticketTypes:
            [new { name = "Zaal", price = CatalogueApp.Price(2500) }, new { name = "Jong", price = CatalogueApp.Price(1250) }]);
        await app.Event("Elders", by: Organiser);

        var line = (await List($"?venue={venue.Id}")).Single();

        Assert.Equal(("De Kleine Komedie", "Amsterdam"), (line.Venue?.Name, line.Venue?.City));
        Assert.Equal(new Money(1250, "EUR"), line.PriceFrom);
        Assert.Equal(new DateTimeOffset(2026, 6, 1, 18, 0, 0, TimeSpan.Zero), line.StartsAt);
    }

    [Fact]
    public async Task Pages_show_every_event_once_also_those_that_start_together_or_have_no_date()
    {
        for (var i = 0; i < 5; i++) await app.Event($"Tegelijk {i}", by: Organiser);
        for (var i = 0; i < 2; i++) await Organiser.Post("/api/v1/events", new { title = $"Ooit {i}", zone = "Europe/Amsterdam" }, Ct);

        var seen = await Pages.Walk<ListEvents.Line>(Organiser, "/api/v1/events?limit=2", Ct);

        Assert.Equal(7, seen.Count);
        Assert.Equal(7, seen.Select(line => line.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("?status=secret", 422, "kernel.invalid")]
    [InlineData("?from=2026-06-02T00:00:00Z&to=2026-06-01T00:00:00Z", 422, "kernel.invalid")]
    [InlineData("?search=%00", 400, "kernel.address_unreadable")]
    [InlineData("?from=yesterday", 400, "kernel.malformed")]
    [InlineData("?venue=here", 400, "kernel.malformed")]
    [InlineData("?cursor=x", 400, "kernel.cursor_malformed")]
    [InlineData("?limit=101", 400, "kernel.limit_out_of_range")]
    public async Task A_question_that_makes_no_sense_is_refused(string query, int status, string code) =>
        await (await app.Http.GetAsync($"/api/v1/events{query}", Ct)).IsRefused((HttpStatusCode)status, code, Ct);

    private async Task<ListEvents.Line[]> List(string query, HttpClient? by = null) =>
        await (await (by ?? Organiser).GetAsync($"/api/v1/events{query}", Ct)).IsOk<ListEvents.Line[]>(Ct);

    private HttpClient Guest()
    {
        var guest = app.As(Roles.Customer, orgId: _orgId);
        guest.DefaultRequestHeaders.Authorization = null;
        return guest;
    }

    private static object Dates(params string[] days) =>
        new { dates = days.Select(day => new { startsLocal = $"{day}T20:00", endsLocal = $"{day}T22:00" }).ToArray(), capacity = 10 };
}
