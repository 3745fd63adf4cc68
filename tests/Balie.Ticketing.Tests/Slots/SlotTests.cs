using System.Net;
using Balie.Contracts.Inventory;
using Balie.Ticketing.Events;
using Balie.Ticketing.Slots;

namespace Balie.Ticketing.Tests.Slots;

public sealed class SlotTests(CatalogueApp app) : IClassFixture<CatalogueApp>
{
    private static CancellationToken Ct => CatalogueApp.Ct;

    private static readonly string[] EveryDay = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    [Fact]
    public async Task Timed_entry_makes_a_slot_with_a_pool_for_every_time_of_every_day()
    {
        var museum = await app.Event("Het museum", slots: Daily("2026-07-01", "2026-07-10", 25, "10:00", "10:15", "10:30"));

        var slots = await app.Slots(museum.Id);

        Assert.Equal((30, 30), (museum.SlotCount, slots.Length));
        Assert.All(slots, slot => Assert.Equal(25, app.Inventory.CapacityOf(slot.Id)));
        Assert.Equal(new DateTimeOffset(2026, 7, 1, 8, 0, 0, TimeSpan.Zero), slots[0].StartsAt);
        Assert.Equal(new DateTime(2026, 7, 1, 10, 0, 0), slots[0].StartsLocal);
        Assert.Equal("Europe/Amsterdam", slots[0].Zone);
    }

    [Fact]
    public async Task A_time_that_the_clock_skips_is_shown_as_the_clock_shows_it()
    {
        var skipped = new { dates = new[] { new { startsLocal = "2026-03-29T02:30", endsLocal = "2026-03-29T04:00" } }, capacity = 5 };
        var night = await app.Event("De nacht", slots: skipped);

        var slot = (await app.Slots(night.Id)).Single();

        Assert.Equal(new DateTime(2026, 3, 29, 3, 30, 0), slot.StartsLocal);
        Assert.Equal(new DateTimeOffset(2026, 3, 29, 1, 30, 0, TimeSpan.Zero), slot.StartsAt);
    }

    [Fact]
    public async Task Five_thousand_slots_are_made_at_once_and_one_more_is_refused()
    {
        var times = Enumerable.Range(0, 50).Select(n => $"{8 + (n / 5):00}:{n % 5 * 10:00}").ToArray();
        var most = await app.Event("Honderd dagen", slots: Daily("2026-06-01", "2026-09-08", 10, times));
        Assert.Equal(5_000, most.SlotCount);

        var tooMany = Daily("2027-06-01", "2027-09-09", 10, times);

        await (await app.Organiser.Post($"/api/v1/events/{most.Id}/slots", tooMany, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "ticketing.too_many_slots", Ct);
    }

    [Fact]
    public async Task A_date_that_is_there_already_is_refused_and_nothing_is_added()
    {
        var show = await app.Event();
        var again = new { dates = new[] { Date("2026-06-02"), Date("2026-06-01") }, capacity = 10 };

        await (await app.Organiser.Post($"/api/v1/events/{show.Id}/slots", again, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.slot_exists", Ct);

        Assert.Single(await app.Slots(show.Id));
    }

    [Fact]
    public async Task More_dates_get_pools_for_the_zones_and_caps_that_the_event_has()
    {
        var show = await app.Event(zones: [new { name = "Veld", capacity = 60 }], slots: CatalogueApp.OneSlot(null),
            ticketTypes: [new { name = "Vroeg", price = CatalogueApp.Price(1250), zoneName = "Veld", cap = 20 }]);

        var later = new { dates = new[] { Date("2026-06-02") }, capacity = 80 };
        var added = await (await app.Organiser.Post($"/api/v1/events/{show.Id}/slots", later, Ct))
            .IsOk<AddSlots.Added>(HttpStatusCode.Created, Ct);

        var (first, second) = ((await app.Slots(show.Id))[0].Id, added.Slots.Single().Id);
        Assert.Equal(60, app.Inventory.CapacityOf(first));
        Assert.Equal(80, app.Inventory.CapacityOf(second));
        foreach (var slotId in (Guid[])[first, second])
        {
            Assert.Equal(60, app.Inventory.CapacityOf(await app.PoolOf(slotId, show.Zones.Single().Id)));
            Assert.Equal(20, app.Inventory.CapacityOf(await app.PoolOf(slotId, show.TicketTypes.Single().Id)));
        }
        Assert.Equal(show.Version + 1, (await app.See(show.Id)).Version);
    }

    [Fact]
    public async Task A_cancelled_slot_stays_cancelled_and_its_time_is_free_again()
    {
        var show = await app.OnSale();
        var slot = (await app.Slots(show.Id)).Single();

        var cancelled = await (await app.Organiser.Put($"/api/v1/slots/{slot.Id}/cancellation", new { reason = "Ziek." }, Ct))
            .IsOk<Slot>(Ct);

        Assert.Equal("cancelled", cancelled.Status);
        Assert.Equal(show.Version + 1, (await app.See(show.Id)).Version);
        Assert.Equal(1, await app.Told("slot.cancelled", show.Id));
        await (await app.Organiser.Put($"/api/v1/slots/{slot.Id}/cancellation", new { reason = "Ziek." }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.slot_cancelled", Ct);
        await (await app.Organiser.Put($"/api/v1/slots/{slot.Id}/capacity", new { capacity = 1 }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.slot_cancelled", Ct);
        await (await app.Organiser.Post($"/api/v1/events/{show.Id}/slots", CatalogueApp.OneSlot(), Ct))
            .IsOk<AddSlots.Added>(HttpStatusCode.Created, Ct);
    }

    [Fact]
    public async Task Two_slots_may_change_places_but_not_share_one()
    {
        var show = await app.Event(slots: new { dates = new[] { Date("2026-06-01"), Date("2026-06-02") }, capacity = 10 });
        var (first, second) = ((await app.Slots(show.Id))[0], (await app.Slots(show.Id))[1]);

        var shared = new { slots = new[] { Moved(first.Id, "2026-06-02") }, reason = "Ruil." };
        await (await app.Organiser.Edit($"/api/v1/events/{show.Id}/schedule", shared, show.Version))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.slot_exists", Ct);
        var swapped = new { slots = new[] { Moved(first.Id, "2026-06-02"), Moved(second.Id, "2026-06-01") }, reason = "Ruil." };
        await (await app.Organiser.Edit($"/api/v1/events/{show.Id}/schedule", swapped, show.Version)).IsOk<EventView>(Ct);

        Assert.Equal([second.Id, first.Id], (await app.Slots(show.Id)).Select(slot => slot.Id));
    }

    [Fact]
    public async Task A_capacity_goes_below_what_is_sold_only_by_force_of_someone_who_may_with_a_reason()
    {
        var show = await app.OnSale();
        var url = $"/api/v1/slots/{(await app.Slots(show.Id)).Single().Id}/capacity";
        app.Inventory.Sell((await app.Slots(show.Id)).Single().Id, 40);

        var raised = await (await app.Organiser.Put(url, new { capacity = 120 }, Ct)).IsOk<PoolView>(Ct);
        Assert.Equal((120, 80), (raised.Capacity, raised.Available));
        await (await app.Organiser.Put(url, new { capacity = 30 }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "inventory.capacity_below_live", Ct);
        await (await app.Organiser.Put(url, new { capacity = 30, force = true, reason = "Brandweer." }, Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await app.As(Roles.Owner).Put(url, new { capacity = 30, force = true }, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
        await (await app.As(Roles.Owner).Put(url, new { capacity = 30, force = true, reason = "Brandweer." }, Ct)).IsOk<PoolView>(Ct);

        Assert.Equal(show.Version + 2, (await app.See(show.Id)).Version);
    }

    [Fact]
    public async Task Slots_come_page_by_page_each_once_and_within_a_period()
    {
        var show = await app.Event(slots: Daily("2026-07-01", "2026-07-07", 5, "10:00"));

        var seen = await Pages.Walk<Slot>(app.Organiser, $"/api/v1/events/{show.Id}/slots?limit=3", Ct);
        var days = $"/api/v1/events/{show.Id}/slots?from=2026-07-03T00:00:00Z&to=2026-07-05T00:00:00Z";
        var period = await (await app.Organiser.GetAsync(days, Ct)).IsOk<Slot[]>(Ct);

        Assert.Equal(7, seen.Select(slot => slot.Id).Distinct().Count());
        Assert.Equal(7, seen.Count);
        Assert.Equal([3, 4], period.Select(slot => slot.StartsLocal.Day));
    }

    private static object Daily(string from, string until, int capacity, params string[] times) =>
        new { recurrence = new { weekdays = EveryDay, times, from, until, durationMinutes = 10 }, capacity };

    private static object Date(string day) => new { startsLocal = $"{day}T20:00", endsLocal = $"{day}T22:30" };

    private static object Moved(Guid slotId, string day) => new { slotId, startsLocal = $"{day}T20:00", endsLocal = $"{day}T22:30" };
}
