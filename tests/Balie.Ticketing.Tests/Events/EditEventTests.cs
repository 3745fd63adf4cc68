using System.Net;
using Balie.Ticketing.Events;
using Balie.Ticketing.Offers;

namespace Balie.Ticketing.Tests.Events;

public sealed class EditEventTests(CatalogueApp app) : IClassFixture<CatalogueApp>
{
    private static CancellationToken Ct => CatalogueApp.Ct;

    [Fact]
    public async Task An_edit_raises_the_version_and_the_next_one_must_know_it()
    {
        var draft = await app.Event();
        var url = $"/api/v1/events/{draft.Id}";

        await (await app.Organiser.Edit(url, Details("Nieuw"), version: null))
            .IsRefused(HttpStatusCode.PreconditionRequired, "kernel.version_required", Ct);
        var answer = await app.Organiser.Edit(url, Details("Nieuw"), draft.Version);
        var edited = await answer.IsOk<EventView>(Ct);
        await (await app.Organiser.Edit(url, Details("Ouder"), draft.Version))
            .IsRefused(HttpStatusCode.PreconditionFailed, "kernel.version_changed", Ct);

        Assert.Equal(("Nieuw", draft.Version + 1), (edited.Title, edited.Version));
        Assert.Equal($"\"v{edited.Version}\"", answer.Headers.ETag?.ToString());
        Assert.Equal("Nieuw", (await app.See(draft.Id)).Title);
        Assert.Equal(1, await app.Told("event.updated", draft.Id));
    }

    [Fact]
    public async Task Of_two_edits_from_the_same_version_the_later_is_refused()
    {
        var draft = await app.Event();
        await using var rival = await app.Rival();
        await rival.Run("update ticketing.events set version = version + 1 where event_id = @Id", draft);

        var late = app.Organiser.Edit($"/api/v1/events/{draft.Id}", Details("Te laat"), draft.Version);
        await rival.UntilSomeoneWaits();
        await rival.Commit();

        await (await late).IsRefused(HttpStatusCode.PreconditionFailed, "kernel.version_changed", Ct);
    }

    [Fact]
    public async Task The_time_zone_and_the_seats_are_settled_by_the_first_slot()
    {
        var draft = await app.Event();

        await (await app.Organiser.Edit($"/api/v1/events/{draft.Id}", new { title = "Elders", zone = "Asia/Tokyo" }, draft.Version))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.settled_by_slots", Ct);
    }

    [Fact]
    public async Task A_draft_is_there_for_organisers_only()
    {
        var draft = await app.Event();

        foreach (var path in (string[])["", "/slots", "/calendar.ics"])
        {
            await (await app.Http.GetAsync($"/api/v1/events/{draft.Id}{path}", Ct))
                .IsRefused(HttpStatusCode.NotFound, "ticketing.event_not_found", Ct);
            Assert.Equal(HttpStatusCode.OK, (await app.As(Roles.Door).GetAsync($"/api/v1/events/{draft.Id}{path}", Ct)).StatusCode);
        }
        await app.Step(draft.Id, "publication");
        Assert.Equal("published", (await (await app.Http.GetAsync($"/api/v1/events/{draft.Id}", Ct)).IsOk<EventView>(Ct)).Status);
    }

    [Theory]
    [InlineData(Roles.Customer)]
    [InlineData(Roles.Door)]
    [InlineData(Roles.Finance)]
    public async Task Only_who_runs_events_may_change_them(string role)
    {
        var draft = await app.Event();

        await (await app.As(role).Put($"/api/v1/events/{draft.Id}/publication", new { }, Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await app.Http.Put($"/api/v1/events/{draft.Id}/publication", new { }, Ct))
            .IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct);
    }

    [Fact]
    public async Task The_same_creation_sent_again_creates_nothing_twice()
    {
        var key = Guid.NewGuid();
        var body = new { title = "Eenmaal", zone = "Europe/Amsterdam", slots = CatalogueApp.OneSlot() };

        var first = await (await app.Organiser.Post("/api/v1/events", body, Ct, key)).IsOk<EventView>(HttpStatusCode.Created, Ct);
        var again = await (await app.Organiser.Post("/api/v1/events", body, Ct, key)).IsOk<EventView>(HttpStatusCode.Created, Ct);

        Assert.Equal(first.Id, again.Id);
        Assert.Equal(1, await app.Told("event.created", first.Id));
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_once_and_where()
    {
        var problem = await (await app.Organiser.Post("/api/v1/events", new
        {
            title = " ",
            language = "Dutch",
            currency = "euro",
            zone = "Europe/Atlantis",
            personLimit = 0,
            zones = new object?[] { null, new { name = "", capacity = -1 } },
            ticketTypes = new object?[]
            {
                new { name = "A", price = new { amount = -1, currency = "USD" }, minPerOrder = 5, maxPerOrder = 2 },
                new { name = "A\nB", price = CatalogueApp.Price(1), onSaleFrom = "2026-02-01T00:00Z", onSaleUntil = "2026-01-01T00:00Z" },
                null,
            },
            slots = new
            {
                dates = new object?[] { null, new { startsLocal = "2026-06-01T20:00:00Z", endsLocal = "2026-06-01T19:00" } },
                recurrence = new
                {
                    weekdays = new[] { "funday", null },
                    times = new[] { "25:00" },
                    from = "2026-06-02",
                    until = "2026-06-01",
                    durationMinutes = 0,
                },
            },
        }, Ct)).IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);

        Assert.Equal(
            [
                "currency", "language", "personLimit", "slots.dates[0]", "slots.dates[1].startsLocal", "slots.recurrence.durationMinutes",
                "slots.recurrence.times[0]", "slots.recurrence.until", "slots.recurrence.weekdays[0]", "slots.recurrence.weekdays[1]",
                "ticketTypes[0].maxPerOrder", "ticketTypes[0].price.amount", "ticketTypes[0].price.currency", "ticketTypes[1].name",
                "ticketTypes[1].onSaleUntil", "ticketTypes[1].price.currency", "ticketTypes[2]", "title", "zone", "zones[0]",
                "zones[1].capacity", "zones[1].name",
            ],
            problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString())
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"zone":"Europe/Amsterdam"}""", 400)]
    [InlineData("""{"title":null,"zone":"Europe/Amsterdam"}""", 400)]
    [InlineData("""{"title":"x","zone":"Europe/Amsterdam","owner":"me"}""", 400)]
    [InlineData(
        """
        {"title":"x","zone":"Europe/Amsterdam",
         "slots":{"dates":[{"startsLocal":"yesterday","endsLocal":"2026-06-01T19:00"}]}}
        """, 400)]
    [InlineData(
        """
        {"title":"x","zone":"Europe/Amsterdam",
         "slots":{"recurrence":{"weekdays":[],"times":[],"from":"0001-01-01","until":"9999-12-31","durationMinutes":1}}}
        """, 422)]
    [InlineData(
        """
        {"title":"x","zone":"Europe/Amsterdam",
         "slots":{"recurrence":{"weekdays":["sunday"],"times":["10:00"],"from":"2026-06-01","until":"2026-06-02","durationMinutes":1},
                  "capacity":1}}
        """, 422)]
    [InlineData("""{"title":"x","zone":"Europe/Amsterdam","slots":{"capacity":5}}""", 422)]
    [InlineData(
        """
        {"title":"x","zone":"Europe/Amsterdam",
         "slots":{"dates":[{"startsLocal":"2026-06-01T10:00","endsLocal":"2026-06-01T19:00"}]}}
        """, 422)]
    [InlineData("""{"title":"x","zone":"Europe/Amsterdam","ticketTypes":[{"name":"a","price":{"amount":1}}]}""", 400)]
    [InlineData(
        """
        {"title":"x","zone":"Europe/Amsterdam",
         "ticketTypes":[{"name":"a","price":{"amount":1,"currency":"EUR"},"zoneName":"nowhere"}]}
        """, 422)]
    [InlineData("""{"title":"x","zone":"Europe/Amsterdam","zones":[{"name":"a"}]}""", 422)]
    [InlineData("""{"title":"x","zone":"Europe/Amsterdam","zones":[{"name":"a","capacity":1,"sections":["A"]}]}""", 422)]
    [InlineData("""{"title":"x","venueId":"01900000-0000-7000-8000-00000000dead"}""", 422)]
    [InlineData("""{"title":"x"}""", 422)]
    [InlineData("""{"title":"x","zone":"Europe/Amsterdam","seatingPlanId":"01900000-0000-7000-8000-00000000dead"}""", 422)]
    public async Task A_body_that_makes_no_sense_is_refused(string body, int status)
    {
        var answer = await app.Organiser.Post("/api/v1/events", System.Text.Json.JsonElement.Parse(body), Ct);

        await answer.IsRefused((HttpStatusCode)status, status == 400 ? "kernel.malformed" : "kernel.invalid", Ct);
    }

    [Fact]
    public async Task An_event_on_sale_or_with_bookings_is_not_deleted()
    {
        var sold = await app.OnSale();
        var slot = (await app.Slots(sold.Id)).Single();
        await (await app.Organiser.DeleteAsync($"/api/v1/events/{sold.Id}", Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.event_on_sale", Ct);
        await app.Step(sold.Id, "pause");
        app.Inventory.Sell(slot.Id, 1);

        await (await app.Organiser.DeleteAsync($"/api/v1/events/{sold.Id}", Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.event_has_bookings", Ct);
        Assert.Equal("paused", (await app.See(sold.Id)).Status);
        app.Inventory.Sell(slot.Id, 0);
        Assert.Equal(HttpStatusCode.OK, (await app.Organiser.DeleteAsync($"/api/v1/events/{sold.Id}", Ct)).StatusCode);

        await (await app.Organiser.GetAsync($"/api/v1/events/{sold.Id}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.event_not_found", Ct);
        await (await app.Organiser.DeleteAsync($"/api/v1/events/{sold.Id}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.event_not_found", Ct);
        var history = await (await app.Organiser.GetAsync($"/api/v1/events/{sold.Id}/history", Ct)).IsOk<SeeEventHistory.Line[]>(Ct);
        Assert.Contains(history, line => line.Action == "deleted");
    }

    [Fact]
    public async Task Who_keeps_the_catalogue_in_memory_hears_which_event_changed()
    {
        await using var listener = await app.Databases.System.OpenConnectionAsync(Ct);
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var draft = await app.Event();
        listener.Notification += (_, news) => heard.TrySetResult(news.Payload);
        await using (var listen = new Npgsql.NpgsqlCommand($"listen {EventOffers.Channel}", listener))
            await listen.ExecuteNonQueryAsync(Ct);

        await app.Step(draft.Id, "publication");

        await listener.WaitAsync(TimeSpan.FromSeconds(20), Ct);
        Assert.Equal($"{TestCallers.Default}:{draft.Id}", await heard.Task.WaitAsync(TimeSpan.FromSeconds(20), Ct));
    }

    private static object Details(string title) => new { title, zone = "Europe/Amsterdam" };
}
