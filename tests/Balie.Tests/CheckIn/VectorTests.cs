using System.Text.Json;
using Balie.Tests.House;
using Balie.Ticketing.CheckIn;
using Balie.Ticketing.Offers;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Tests.CheckIn;

/// <summary>The cases that every implementation of the door must agree on: our function, and our route with everything around it.</summary>
public sealed class VectorTests(Product app) : IClassFixture<Product>
{
    private sealed record Vector(string Name, ScanFacts Scan, TicketFacts? Ticket, DoorFacts Door, PastFacts Past, string Expect);

    private static CancellationToken Ct => Product.Ct;

    private static readonly Vector[] All = JsonSerializer.Deserialize<Vector[]>(
        File.ReadAllText(Path.Combine(Checkout.Root, "docs", "check-in-vectors.json")), Json.Options) ?? [];

    public static TheoryData<string> Names => [.. All.Select(vector => vector.Name)];

    private static Vector Named(string name) => All.Single(vector => vector.Name == name);

    [Theory, MemberData(nameof(Names))]
    public void The_function_agrees(string name)
    {
        var vector = Named(name);

        var decision = DoorDecision.Decide(vector.Scan, vector.Ticket, vector.Door, vector.Past);

        Assert.Equal(vector.Expect, decision.Reason ?? "admitted");
        Assert.Equal(vector.Expect == "admitted", decision.Admitted);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task The_route_agrees(string name)
    {
        var vector = Named(name);
        var (show, code, ticketId) = await Build(vector);
        var (door, deviceId) = vector.Door.EventIds is null
            ? (app.As(Roles.Door), Guid.Empty)
            : await app.Device(await Registration(vector, show));
        if (vector.Door.IsRevoked)
            (await app.As(Roles.Owner).DeleteAsync($"/api/v1/devices/{deviceId}", Ct)).EnsureSuccessStatusCode();

        var answer = await (await door.CheckIn(new
        {
            nonce = Guid.CreateVersion7(),
            code,
            direction = vector.Scan.Direction,
            slotId = vector.Door.SlotId is null ? (Guid?)null
                : vector.Door.SlotId == vector.Ticket?.SlotId ? show.SlotId : await OtherSlot(show),
        })).IsOk<JsonElement>(Ct);

        Assert.Equal(vector.Expect, answer.Said());
        Assert.NotEqual(Guid.Empty, ticketId);
    }

    [Fact]
    public void Every_reason_of_the_function_has_a_vector_and_every_reason_a_sentence()
    {
        string[] elsewhere = [Reasons.Unpaid, Reasons.GroupExceeded];

        Assert.Equal(
            Reasons.Sentences.Keys.Except(elsewhere).Order(StringComparer.Ordinal),
            All.Select(vector => vector.Expect).Except(["admitted"]).Distinct().Order(StringComparer.Ordinal));
    }

    // The test's clock stands still, so the slot is put around it as the vector's scan lies in the vector's slot.
    private async Task<(Show Show, string Code, Guid TicketId)> Build(Vector vector)
    {
        var zone = vector.Ticket?.ZoneId is null ? null : "Zaal";
        var show = await app.OpenShow(
            vector.Door.Reentries, zones: [new { name = "Zaal", capacity = 10 }, new { name = "Tuin", capacity = 10 }],
            types: [new { name = "Gratis", price = Given.Price(0), zoneName = zone }]);
        var (code, ticketId) = await app.Ticket(show);
        if (vector.Ticket is { } ticket) await Put(vector, ticket, show, ticketId);
        await app.Db.Run("""
            insert into ticketing.entries (org_id, ticket_id, event_id, slot_id, ins, outs, first_in_at, last_in_at, updated_at)
            select @orgId, @ticketId, @EventId, @SlotId, @Ins, @Outs, @at, @at, @at where @Ins > 0
            """, new { ticketId, show.EventId, show.SlotId, vector.Past.Ins, vector.Past.Outs, at = app.Db.Now }, Ct);
        app.Services.GetRequiredService<EventOffers>().Forget(TestCallers.Default, show.EventId);
        if (vector.Ticket is null) return (show, "https://example.org/", ticketId);
        return (show, await Code(vector, show, code, ticketId), ticketId);
    }

    private async Task Put(Vector vector, TicketFacts ticket, Show show, Guid ticketId)
    {
        var now = app.Db.Now;
        await app.Db.Run("update ticketing.events set doors_open_minutes = 0, doors_close_minutes = 0 where event_id = @EventId",
            new { show.EventId }, Ct);
        await app.Db.Run("update ticketing.slots set starts_at = @opens, ends_at = @closes, status = @status where slot_id = @SlotId", new
        {
            show.SlotId,
            opens = now + (ticket.OpensAt - vector.Scan.At),
            closes = now + (ticket.ClosesAt - vector.Scan.At),
            status = ticket.IsCalledOff ? "cancelled" : "scheduled",
        }, Ct);
        await app.Db.Run("update ticketing.tickets set status = @Status, serial = @Serial where ticket_id = @ticketId",
            new { ticketId, ticket.Status, ticket.Serial }, Ct);
        if (!ticket.HasChangedHands) return;
        await app.Db.Run("""
            insert into ticketing.ticket_history (org_id, ticket_id, step, at, actor, action, from_status, to_status, serial)
            values (@orgId, @ticketId, 2, @now, 'test', 'transferred', 'issued', 'transferred', 2)
            """, new { ticketId, now }, Ct);
    }

    private async Task<string> Code(Vector vector, Show show, string code, Guid ticketId)
    {
        var key = await app.Services.GetRequiredService<Ticketing.Tickets.TicketKeys>().Current(TestCallers.Default, Ct);
        if (!vector.Scan.IsGenuine) return Ticketing.Tickets.TicketCode.Sign(
            ticketId, 1, show.SlotId, Ticketing.Tickets.TicketKey.Make(key.Number, app.Db.Now));
        return vector.Scan.Serial == 1 ? code : Ticketing.Tickets.TicketCode.Sign(ticketId, vector.Scan.Serial, show.SlotId, key);
    }

    private async Task<object> Registration(Vector vector, Show show)
    {
        var zones = (await app.Db.Many<(Guid Id, string Name)>(
            "select zone_id, name from ticketing.zones where event_id = @EventId", new { show.EventId }, Ct))
            .ToDictionary(zone => zone.Name, zone => zone.Id);
        var covers = vector.Ticket is null || vector.Door.EventIds?.Contains(vector.Ticket.EventId) is true;
        return new
        {
            name = "Scanner",
            eventIds = new[] { covers ? show.EventId : (await app.Show()).EventId },
            zoneIds = vector.Door.ZoneIds.Select(zoneId => zones[zoneId == vector.Ticket?.ZoneId ? "Zaal" : "Tuin"]),
        };
    }

    private async Task<Guid> OtherSlot(Show show)
    {
        var slotId = app.Db.NewId();
        await app.Db.Run("""
            insert into ticketing.slots (org_id, slot_id, event_id, starts_local, ends_local, zone, starts_at, ends_at)
            values (@orgId, @slotId, @EventId, '2026-01-05', '2026-01-06', 'UTC', '2026-01-05', '2026-01-06')
            """, new { slotId, show.EventId }, Ct);
        return slotId;
    }
}
