using System.Net;
using Balie.Contracts.Inventory;
using Balie.Ticketing.Events;
using Balie.Ticketing.TicketTypes;

namespace Balie.Ticketing.Tests.TicketTypes;

public sealed class TicketTypeTests(CatalogueApp app) : IClassFixture<CatalogueApp>
{
    private static CancellationToken Ct => CatalogueApp.Ct;

    [Fact]
    public async Task Every_change_of_what_is_sold_raises_the_version_of_the_event()
    {
        var draft = await app.Event();
        var slot = (await app.Slots(draft.Id)).Single();

        var zone = await (await app.Organiser.Post($"/api/v1/events/{draft.Id}/zones", new { name = "Balkon", capacity = 30 }, Ct))
            .IsOk<Zone>(HttpStatusCode.Created, Ct);
        var balcony = Details("Balkon", 2250, zone: "Balkon", cap: 12);
        var type = await (await app.Organiser.Post($"/api/v1/events/{draft.Id}/ticket-types", balcony, Ct))
            .IsOk<TicketType>(HttpStatusCode.Created, Ct);
        var resized = await (await app.Organiser.Edit($"/api/v1/zones/{zone.Id}", new { name = "Loge", capacity = 25 }, draft.Version + 2))
            .IsOk<EventView>(Ct);
        var box = Details("Loge", 2500, zone: "Loge", cap: 15);
        var changed = await (await app.Organiser.Edit($"/api/v1/ticket-types/{type.Id}", box, resized.Version))
            .IsOk<EventView>(Ct);
        var withdrawn = await (await app.Organiser.DeleteAsync($"/api/v1/ticket-types/{type.Id}", Ct)).IsOk<EventView>(Ct);

        Assert.Equal([draft.Version + 3, draft.Version + 4, draft.Version + 5], [resized.Version, changed.Version, withdrawn.Version]);
        Assert.Equal(new Money(2500, "EUR"), changed.TicketTypes[1].Price);
        Assert.Equal(zone.Id, changed.TicketTypes[1].ZoneId);
        Assert.Single(withdrawn.TicketTypes);
        Assert.Equal(25, app.Inventory.CapacityOf(await app.PoolOf(slot.Id, zone.Id)));
        Assert.Equal(15, app.Inventory.CapacityOf(await app.PoolOf(slot.Id, type.Id)));
        Assert.Equal(5, await app.Told("event.updated", draft.Id));
    }

    [Fact]
    public async Task A_part_is_edited_from_a_known_version_only()
    {
        var draft = await app.Event(zones: [new { name = "Veld", capacity = 10 }]);
        (string Url, object Body)[] edits =
        [
            ($"/api/v1/zones/{draft.Zones.Single().Id}", new { name = "Tent", capacity = 9 }),
            ($"/api/v1/ticket-types/{draft.TicketTypes.Single().Id}", Details("Gratis", 0)),
        ];

        foreach (var (url, body) in edits)
        {
            await (await app.Organiser.Edit(url, body, version: null))
                .IsRefused(HttpStatusCode.PreconditionRequired, "kernel.version_required", Ct);
            await (await app.Organiser.Edit(url, body, draft.Version + 7))
                .IsRefused(HttpStatusCode.PreconditionFailed, "kernel.version_changed", Ct);
        }
        Assert.Equal(draft.Version, (await app.See(draft.Id)).Version);
    }

    [Fact]
    public async Task Names_are_taken_once_until_the_type_is_withdrawn()
    {
        var draft = await app.Event(zones: [new { name = "Veld", capacity = 10 }, new { name = "Tent", capacity = 10 }]);
        var second = await (await app.Organiser.Post($"/api/v1/events/{draft.Id}/ticket-types", Details("Vroeg", 10), Ct))
            .IsOk<TicketType>(HttpStatusCode.Created, Ct);

        await (await app.Organiser.Post($"/api/v1/events/{draft.Id}/ticket-types", Details("Vroeg", 10), Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.ticket_type_name_taken", Ct);
        await (await app.Organiser.Edit($"/api/v1/ticket-types/{second.Id}", Details("Gratis", 10), draft.Version + 1))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.ticket_type_name_taken", Ct);
        await (await app.Organiser.Post($"/api/v1/events/{draft.Id}/zones", new { name = "Veld", capacity = 1 }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.zone_name_taken", Ct);
        var taken = new { name = draft.Zones[1].Name, capacity = 1 };
        await (await app.Organiser.Edit($"/api/v1/zones/{draft.Zones[0].Id}", taken, draft.Version + 1))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.zone_name_taken", Ct);

        await app.Organiser.DeleteAsync($"/api/v1/ticket-types/{second.Id}", Ct);
        await (await app.Organiser.DeleteAsync($"/api/v1/ticket-types/{second.Id}", Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.ticket_type_withdrawn", Ct);
        await (await app.Organiser.Post($"/api/v1/events/{draft.Id}/ticket-types", Details("Vroeg", 10), Ct))
            .IsOk<TicketType>(HttpStatusCode.Created, Ct);
    }

    [Fact]
    public async Task Whether_there_is_a_cap_is_settled_when_the_sale_opens_and_its_size_is_not()
    {
        var draft = await app.Event(ticketTypes: [Details("Vrij", 10), Details("Vroeg", 10, cap: 5)]);
        var (free, capped) = (draft.TicketTypes[0], draft.TicketTypes[1]);
        var slot = (await app.Slots(draft.Id)).Single();
        var tried = await (await app.Organiser.Edit($"/api/v1/ticket-types/{free.Id}", Details("Vrij", 10, cap: 8), draft.Version))
            .IsOk<EventView>(Ct);
        Assert.Equal(8, app.Inventory.CapacityOf(await app.PoolOf(slot.Id, free.Id)));
        await (await app.Organiser.Edit($"/api/v1/ticket-types/{free.Id}", Details("Vrij", 10), tried.Version)).IsOk<EventView>(Ct);
        Assert.Equal(Guid.Empty, await app.PoolOf(slot.Id, free.Id));
        await app.Step(draft.Id, "publication");
        var sold = await app.Step(draft.Id, "sale");

        await (await app.Organiser.Edit($"/api/v1/ticket-types/{free.Id}", Details("Vrij", 10, cap: 8), sold.Version))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.cap_settled_by_sale", Ct);
        await (await app.Organiser.Edit($"/api/v1/ticket-types/{capped.Id}", Details("Vroeg", 10), sold.Version))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.cap_settled_by_sale", Ct);
        await (await app.Organiser.Edit($"/api/v1/ticket-types/{capped.Id}", Details("Vroeg", 10, cap: 6), sold.Version))
            .IsOk<EventView>(Ct);

        var poolId = await app.PoolOf(slot.Id, capped.Id);
        Assert.Equal(6, app.Inventory.CapacityOf(poolId));
        app.Inventory.Sell(poolId, 6);
        await (await app.Organiser.Edit($"/api/v1/ticket-types/{capped.Id}", Details("Vroeg", 10, cap: 5), sold.Version + 1))
            .IsRefused(HttpStatusCode.Conflict, "inventory.capacity_below_live", Ct);
    }

    [Fact]
    public async Task A_zone_goes_only_while_no_ticket_type_belongs_to_it()
    {
        var draft = await app.Event(
            zones: [new { name = "Veld", capacity = 10 }, new { name = "Tent", capacity = 10 }],
            ticketTypes: [Details("Veld", 10, zone: "Veld")]);

        await (await app.Organiser.DeleteAsync($"/api/v1/zones/{draft.Zones.Single(zone => zone.Name == "Veld").Id}", Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.zone_in_use", Ct);
        var without = await (await app.Organiser.DeleteAsync($"/api/v1/zones/{draft.Zones.Single(zone => zone.Name == "Tent").Id}", Ct))
            .IsOk<EventView>(Ct);

        Assert.Equal(["Veld"], without.Zones.Select(zone => zone.Name));
    }

    [Fact]
    public async Task One_slot_may_have_another_zone_capacity_than_the_others()
    {
        var draft = await app.Event(zones: [new { name = "Veld", capacity = 10 }], slots: CatalogueApp.OneSlot(null));
        var slot = (await app.Slots(draft.Id)).Single();
        var zoneId = draft.Zones.Single().Id;

        Assert.Equal(10, app.Inventory.CapacityOf(slot.Id));
        await (await app.Organiser.Put($"/api/v1/slots/{slot.Id}/zones/{zoneId}/capacity", new { capacity = 8 }, Ct)).IsOk<PoolView>(Ct);

        Assert.Equal(8, app.Inventory.CapacityOf(await app.PoolOf(slot.Id, zoneId)));
        Assert.Equal(10, app.Inventory.CapacityOf(slot.Id));
    }

    private static object Details(string name, long price, string? zone = null, int? cap = null) =>
        new { name, price = CatalogueApp.Price(price), zoneName = zone, cap };
}
