using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Tests;

/// <summary>The demo organisation, loaded as <c>balie demo</c> does, and used as a visitor and an organiser would.</summary>
public sealed class DemoTests(Product app) : IClassFixture<Product>
{
    private const int Everything = 100;

    private static CancellationToken Ct => Product.Ct;

    [Fact]
    public async Task Every_event_on_sale_can_be_booked_in_every_kind_of_ticket()
    {
        var orgId = await Loaded();
        var visitor = As(Roles.Customer, orgId);

        var onSale = await Events(visitor, "?status=on_sale&");

        Assert.True(onSale.Length >= 15, $"Only {onSale.Length} events are on sale.");
        foreach (var shown in onSale)
        {
            var show = await See(visitor, shown);
            var types = show.GetProperty("ticketTypes").EnumerateArray().ToArray();
            foreach (var type in types) await IsBooked(visitor, show, type);
            var slot = await Available(visitor, IdOf(show));
            Assert.Equal(slot.Number("capacity") - types.Length, slot.Number("available"));
        }
        await HoldsEveryInvariant();
    }

    [Fact]
    public async Task Chosen_seats_and_the_best_free_ones_are_both_had_in_the_theatre()
    {
        var orgId = await Loaded();
        var visitor = As(Roles.Customer, orgId);
        var play = await Titled(visitor, "De kersentuin");
        var (typeId, slotId) = (TypeNamed(play, "Balkon"), IdOf((await Slots(visitor, play))[0]));
        var eventId = IdOf(play);
        var seats = await (await visitor.GetAsync($"/api/v1/events/{eventId}/slots/{slotId}/seats", Ct)).IsOk<JsonElement[]>(Ct);
        var chosen = seats.Where(seat => seat.Text("section") == "Balkon").Take(3).Select(seat => seat.Number("number")).ToArray();

        object[] chosenByMe = [new { ticketTypeId = typeId, quantity = 3, seats = chosen }];
        object[] leftToYou = [new { ticketTypeId = typeId, quantity = 2 }];
        var mine = await Book(visitor, new { eventId, slotId, items = chosenByMe });
        var best = await Book(visitor, new { eventId, slotId, items = leftToYou });

        Assert.Equal(300, seats.Length);
        Assert.Equal(2, seats.Count(seat => seat.Text("kind") == "wheelchair"));
        Assert.Equal(2, seats.Count(seat => seat.Text("kind") == "companion"));
        Assert.Equal(chosen, SeatsOf(mine));
        Assert.Empty(SeatsOf(best).Intersect(chosen));
        Assert.Equal(SeatsOf(best)[0] + 1, SeatsOf(best)[1]);
    }

    [Fact]
    public async Task Loading_again_makes_nothing_and_undoes_nothing_of_the_organiser()
    {
        var orgId = await Loaded();
        var organiser = As(Roles.Owner, orgId);
        var play = IdOf(await Titled(organiser, "Antigone"));
        await (await organiser.Put($"/api/v1/events/{play}/pause", new { }, Ct)).IsOk<JsonElement>(Ct);
        await Move(organiser, await Titled(organiser, "Winterreise"));
        var before = await Events(organiser);

        await Load(orgId);

        Assert.Equal("published", (await Titled(organiser, "Winterreise")).Text("status"));
        Assert.Equal(before.Select(Standing), (await Events(organiser)).Select(Standing));
        Assert.Equal(4, (await (await organiser.GetAsync("/api/v1/venues", Ct)).IsOk<JsonElement[]>(Ct)).Length);

        static string Standing(JsonElement shown) => $"{shown.Text("title")} {shown.Text("status")} {shown.Number("version")}";
    }

    [Fact]
    public async Task A_run_cut_short_is_finished_by_the_next()
    {
        var orgId = await Loaded();
        var organiser = As(Roles.Owner, orgId);
        var (lost, halfway) = (await Titled(organiser, "Winterreise"), await Titled(organiser, "Vaste collectie"));
        await app.SystemDb.Everywhere.Run("""
            update ticketing.events set deleted_at = updated_at where org_id = @org and event_id = @lost;
            update ticketing.events set status = 'draft', published_at = null, sale_opened_at = null
            where org_id = @org and event_id = @halfway
            """, new { org = orgId, lost = IdOf(lost), halfway = IdOf(halfway) }, Ct);

        await Load(orgId);

        Assert.Equal("on_sale", (await Titled(organiser, "Winterreise")).Text("status"));
        var finished = await Titled(organiser, "Vaste collectie");
        Assert.Equal((IdOf(halfway), "on_sale"), (IdOf(finished), finished.Text("status")));
    }

    [Fact]
    public async Task Visitors_see_the_agenda_but_no_draft_and_cannot_book_what_is_not_on_sale_yet()
    {
        var orgId = await Loaded();
        var (visitor, organiser) = (As(Roles.Customer, orgId), As(Roles.Owner, orgId));

        var hidden = (await Events(organiser)).Single(shown => shown.Text("status") == "draft");
        var announced = await See(visitor, (await Events(visitor)).Single(shown => shown.Text("status") == "published"));

        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync($"/api/v1/events/{IdOf(hidden)}", Ct)).StatusCode);
        var early = new
        {
            eventId = IdOf(announced),
            items = new[] { new { ticketTypeId = TypeNamed(announced, "Parterre"), quantity = 1 } },
        };
        await (await visitor.Post("/api/v1/bookings", early, Ct)).IsRefused(HttpStatusCode.Conflict, "ticketing.not_on_sale", Ct);
    }

    [Fact]
    public async Task The_night_over_which_the_clocks_change_is_an_hour_shorter_or_longer()
    {
        var visitor = As(Roles.Customer, await Loaded());

        var night = (await Slots(visitor, await Titled(visitor, "Nacht van de klok"))).Single();

        Assert.Equal(8, (night.GetProperty("endsLocal").GetDateTime() - night.GetProperty("startsLocal").GetDateTime()).TotalHours);
        var (from, until) = (night.GetProperty("startsAt").GetDateTimeOffset(), night.GetProperty("endsAt").GetDateTimeOffset());
        Assert.Contains((until - from).TotalHours, (double[])[7, 9]);
    }

    [Fact]
    public async Task Whenever_it_is_loaded_all_of_it_is_still_to_come_and_a_season_that_is_over_is_put_on_again()
    {
        var orgId = Guid.CreateVersion7();
        using var year = new TheatreYear(app);
        var seen = 0;
        foreach (var _ in Enumerable.Range(0, 5))
        {
            await Load(orgId);

            var onSale = await Events(As(Roles.Customer, orgId), $"?status=on_sale&from={year.Now:yyyy-MM-ddTHH:mm:ssZ}&");
            Assert.Equal(17, onSale.Length);
            Assert.All(onSale, shown => Assert.True(shown.GetProperty("startsAt").GetDateTimeOffset() > year.Now, shown.Text("title")));
            var all = (await Events(As(Roles.Owner, orgId))).Length;
            Assert.True(all > seen, "Nothing was put on again.");
            seen = all;
            year.Pass(TimeSpan.FromDays(97));
        }
    }

    /// <summary>A stretch of time that is given back, because the clock is shared.</summary>
    private sealed class TheatreYear(Product app) : IDisposable
    {
        private TimeSpan _passed;

        public DateTimeOffset Now => app.Clock.GetUtcNow();

        public void Pass(TimeSpan time)
        {
            _passed += time;
            app.Clock.Advance(time);
        }

        public void Dispose() => app.Clock.Advance(-_passed);
    }

    private async Task<Guid> Loaded()
    {
        var orgId = Guid.CreateVersion7();
        await Load(orgId);
        return orgId;
    }

    private async Task Load(Guid orgId)
    {
        foreach (var part in app.Services.GetServices<IDemo>()) await part.Load(orgId, Ct);
    }

    private HttpClient As(string role, Guid orgId) => app.As(role, orgId: orgId);

    private async Task IsBooked(HttpClient visitor, JsonElement show, JsonElement type)
    {
        var eventId = IdOf(show);
        var slot = (await Slots(visitor, show))[0];
        var item = new { ticketTypeId = IdOf(type), quantity = 1 };

        var booking = await Book(visitor, new { eventId, slotId = IdOf(slot), items = new[] { item } });

        var price = type.GetProperty("price").GetProperty("amount").GetInt64();
        Assert.Equal(price == 0 ? "confirmed" : "pending", booking.Text("status"));
        Assert.Equal(price, booking.GetProperty("total").GetProperty("amount").GetInt64());
        foreach (var calendar in (string[])[$"events/{eventId}/calendar.ics", $"bookings/{IdOf(booking)}/calendar.ics"])
        {
            var answer = await visitor.GetAsync($"/api/v1/{calendar}", Ct);
            Assert.Equal((HttpStatusCode.OK, "text/calendar"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        }
    }

    /// <summary>Puts it off and names another date: it is on the agenda again, and its sale is the organiser's to open.</summary>
    private static async Task Move(HttpClient organiser, JsonElement show)
    {
        var address = $"/api/v1/events/{IdOf(show)}";
        var slot = (await Slots(organiser, show)).Single();
        var (startsLocal, endsLocal) = (slot.GetProperty("startsLocal").GetDateTime(), slot.GetProperty("endsLocal").GetDateTime());
        await (await organiser.Put($"{address}/postponement", new { reason = "De bariton is ziek." }, Ct)).IsOk<JsonElement>(Ct);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{address}/schedule");
        object[] slots = [new { slotId = IdOf(slot), startsLocal = startsLocal.AddDays(7), endsLocal = endsLocal.AddDays(7) }];
        request.Content = JsonContent.Create(new { slots, reason = "Hij is beter." });
        request.Headers.IfMatch.Add(EntityTagHeaderValue.Any);
        await (await organiser.SendAsync(request, Ct)).IsOk<JsonElement>(Ct);
    }

    private async Task HoldsEveryInvariant()
    {
        await app.Deliver(Ct);
        var verdicts = await app.Services.GetRequiredService<Verifier>().Run(null, Ct);
        Assert.Equal([], verdicts.SelectMany(verdict => verdict.Violations.Select(violation => $"{verdict.Check}: {violation}")));
    }

    private static async Task<JsonElement[]> Events(HttpClient who, string filter = "?") =>
        await (await who.GetAsync($"/api/v1/events{filter}limit={Everything}", Ct)).IsOk<JsonElement[]>(Ct);

    private static async Task<JsonElement> Titled(HttpClient who, string title) =>
        await See(who, (await Events(who)).Single(shown => shown.Text("title") == title));

    private static async Task<JsonElement> See(HttpClient who, JsonElement shown) =>
        await (await who.GetAsync($"/api/v1/events/{IdOf(shown)}", Ct)).IsOk<JsonElement>(Ct);

    private static async Task<JsonElement[]> Slots(HttpClient who, JsonElement show) =>
        await (await who.GetAsync($"/api/v1/events/{IdOf(show)}/slots", Ct)).IsOk<JsonElement[]>(Ct);

    private static async Task<JsonElement> Available(HttpClient who, Guid eventId) =>
        (await (await who.GetAsync($"/api/v1/events/{eventId}/availability", Ct)).IsOk<JsonElement>(Ct)).GetProperty("slots")[0];

    private static Guid IdOf(JsonElement shown) => shown.GetProperty("id").GetGuid();

    private static Guid TypeNamed(JsonElement show, string name) =>
        IdOf(show.GetProperty("ticketTypes").EnumerateArray().Single(type => type.Text("name") == name));

    private static async Task<JsonElement> Book(HttpClient visitor, object wish) =>
        await (await visitor.Post("/api/v1/bookings", wish, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);

    private static int[] SeatsOf(JsonElement booking) =>
        [.. booking.GetProperty("items")[0].GetProperty("seats").EnumerateArray().Select(seat => seat.Number("seat"))];
}
