using System.Net;
using Balie.Ticketing.Events;

namespace Balie.Ticketing.Tests.Events;

public sealed class EventLifeTests(CatalogueApp app) : IClassFixture<CatalogueApp>
{
    private static CancellationToken Ct => CatalogueApp.Ct;

    // Written out a second time on purpose: what stands in EventStates is compared with this.
    private static readonly Dictionary<(string From, string Step), string> Life = new()
    {
        [("draft", "PUT publication")] = "published",
        [("published", "PUT sale")] = "on_sale",
        [("on_sale", "PUT pause")] = "paused",
        [("paused", "DELETE pause")] = "on_sale",
        [("published", "PUT postponement")] = "postponed",
        [("on_sale", "PUT postponement")] = "postponed",
        [("paused", "PUT postponement")] = "postponed",
        [("published", "PUT completion")] = "completed",
        [("on_sale", "PUT completion")] = "completed",
        [("paused", "PUT completion")] = "completed",
        [("published", "PUT cancellation")] = "cancelled",
        [("on_sale", "PUT cancellation")] = "cancelled",
        [("paused", "PUT cancellation")] = "cancelled",
        [("postponed", "PUT cancellation")] = "cancelled",
    };

    private static readonly Dictionary<string, string[]> WayTo = new()
    {
        ["draft"] = [],
        ["published"] = ["publication"],
        ["on_sale"] = ["publication", "sale"],
        ["paused"] = ["publication", "sale", "pause"],
        ["postponed"] = ["publication", "postponement"],
        ["completed"] = ["publication", "completion"],
        ["cancelled"] = ["publication", "cancellation"],
    };

    public static TheoryData<string, string> EveryStepFromEveryStatus() => new(
        from status in WayTo.Keys
        from step in Life.Keys.Select(key => key.Step).Distinct()
        select (status, step));

    [Theory]
    [MemberData(nameof(EveryStepFromEveryStatus))]
    public async Task A_step_leads_where_the_life_of_an_event_says_or_is_refused(string status, string step)
    {
        var before = await app.Event();
        foreach (var noun in WayTo[status]) before = await app.Step(before.Id, noun);
        Assert.Equal(status, before.Status);

        var answer = await Take(before.Id, step);

        if (Life.TryGetValue((status, step), out var to))
        {
            var after = await answer.IsOk<EventView>(Ct);
            Assert.Equal(to, after.Status);
            Assert.Equal(before.Version + 1, after.Version);
            return;
        }
        var problem = await answer.IsRefused(HttpStatusCode.Conflict, "ticketing.wrong_status", Ct);
        Assert.Equal(status, problem.GetProperty("eventStatus").GetString());
        Assert.Equal(before.Version, (await app.See(before.Id)).Version);
    }

    [Fact]
    public async Task Publishing_twice_is_refused_and_tells_nobody_again()
    {
        var published = await app.Published();

        await (await Take(published.Id, "PUT publication")).IsRefused(HttpStatusCode.Conflict, "ticketing.wrong_status", Ct);

        Assert.Equal(1, await app.Told("event.published", published.Id));
    }

    [Fact]
    public async Task Of_two_organisers_who_publish_at_once_one_is_refused()
    {
        var draft = await app.Event();
        await using var rival = await app.Rival();
        await rival.Run("update ticketing.events set status = 'published', published_at = created_at where event_id = @Id", draft);

        var late = Take(draft.Id, "PUT publication");
        await rival.UntilSomeoneWaits();
        await rival.Commit();

        await (await late).IsRefused(HttpStatusCode.Conflict, "ticketing.wrong_status", Ct);
        Assert.Equal(0, await app.Told("event.published", draft.Id));
    }

    [Fact]
    public async Task An_event_without_a_slot_cannot_be_published()
    {
        var bare = await (await app.Organiser.Post("/api/v1/events", new { title = "Ooit", zone = "Europe/Amsterdam" }, Ct))
            .IsOk<EventView>(HttpStatusCode.Created, Ct);

        await (await Take(bare.Id, "PUT publication")).IsRefused(HttpStatusCode.Conflict, "ticketing.event_has_no_slot", Ct);

        Assert.Equal("draft", (await app.See(bare.Id)).Status);
    }

    [Fact]
    public async Task A_sale_with_nothing_to_sell_does_not_open()
    {
        var yesterday = new { dates = new[] { new { startsLocal = "2025-12-31T20:00", endsLocal = "2025-12-31T22:00" } }, capacity = 10 };
        var over = await app.Event(slots: yesterday);
        await app.Step(over.Id, "publication");

        await (await Take(over.Id, "PUT sale")).IsRefused(HttpStatusCode.Conflict, "ticketing.event_has_nothing_to_sell", Ct);
    }

    [Fact]
    public async Task A_postponed_event_is_published_again_by_its_new_date()
    {
        var sold = await app.OnSale();
        var postponed = await app.Step(sold.Id, "postponement");
        var slot = (await app.Slots(sold.Id)).Single();

        var moved = await (await app.Organiser.Edit($"/api/v1/events/{sold.Id}/schedule", Schedule(slot.Id), postponed.Version))
            .IsOk<EventView>(Ct);

        Assert.Equal("published", moved.Status);
        var now = (await app.Slots(sold.Id)).Single();
        Assert.Equal((slot.Id, slot.StartsAt), (now.Id, now.FirstStartsAt));
        Assert.Equal(new DateTime(2026, 9, 1, 20, 0, 0), now.StartsLocal);
        Assert.Equal(1, await app.Told("event.rescheduled", sold.Id));
    }

    [Fact]
    public async Task Calling_off_needs_a_reason()
    {
        var published = await app.Published();

        var problem = await (await app.Organiser.Put($"/api/v1/events/{published.Id}/cancellation", new { reason = " " }, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);

        Assert.Equal("reason", problem.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task Every_change_stands_in_the_history_with_who_and_why()
    {
        var published = await app.Published();
        await app.Step(published.Id, "cancellation");

        var lines = await (await app.Organiser.GetAsync($"/api/v1/events/{published.Id}/history", Ct)).IsOk<SeeEventHistory.Line[]>(Ct);

        // Steps within one moment of a manual clock have no order among themselves.
        Assert.Equal(["cancelled", "created", "published"], lines.Select(line => line.Action).Order());
        var last = lines.Single(line => line.Action == "cancelled");
        Assert.Equal(("published", "cancelled", "Daarom."), (last.FromStatus, last.ToStatus, last.Reason));
        Assert.Equal($"user:{TestCallers.PersonOf(Roles.Events)}", last.Actor);
    }

    [Theory]
    [InlineData("update ticketing.history set reason = 'x'")]
    [InlineData("delete from ticketing.history")]
    public async Task Nobody_rewrites_the_history(string attempt)
    {
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => app.Db.Run(attempt, null, Ct));

        Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task What_is_over_or_off_cannot_be_edited()
    {
        var cancelled = await app.Step((await app.Published()).Id, "cancellation");

        var anyway = new { title = "Toch", zone = "Europe/Amsterdam" };
        await (await app.Organiser.Edit($"/api/v1/events/{cancelled.Id}", anyway, cancelled.Version))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.event_closed", Ct);
        await (await app.Organiser.Post($"/api/v1/events/{cancelled.Id}/slots", CatalogueApp.OneSlot(), Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.event_closed", Ct);
    }

    private Task<HttpResponseMessage> Take(Guid eventId, string step)
    {
        var (method, url) = (step.Split(' ')[0], $"/api/v1/events/{eventId}/{step.Split(' ')[1]}");
        return method == "DELETE" ? app.Organiser.DeleteAsync(url, Ct) : app.Organiser.Put(url, new { reason = "Daarom." }, Ct);
    }

    private static object Schedule(Guid slotId) =>
        new { slots = new[] { new { slotId, startsLocal = "2026-09-01T20:00", endsLocal = "2026-09-01T22:30" } }, reason = "Ruil." };
}
