using System.Net;
using System.Text.Json;
using Balie.Ticketing.CallOffs;

namespace Balie.Tests.Tickets;

public sealed class CallOffTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _customer = app.As(Roles.Customer);
    private readonly HttpClient _organiser = app.As(Roles.Owner);

    [Fact]
    public async Task Calling_off_an_event_is_previewed_and_then_cancels_and_voids_everything_but_orders()
    {
        var show = await app.Show(types: [Given.FreeType(), new { name = "Rang 1", price = Given.Price(1000) }], personLimit: null);
        var free = await Book(show, 0, 2);
        var held = await Book(show, 1, 1);
        var atDesk = await Book(show, 1, 2);
        await (await _organiser.Put($"/api/v1/bookings/{atDesk.Text("id")}/confirmation", new { }, Ct)).IsOk<JsonElement>(Ct);
        var ordered = await Book(show, 1, 1);
        await app.Db.Run("update ticketing.bookings set is_ordered = true where booking_id = @id", new { id = ordered.Id() }, Ct);
        await app.Deliver(Ct);

        var preview = await Preview(show);
        Assert.Equal((1, 1, 1, 1, 4), (preview.Number("unpaid"), preview.Number("free"), preview.Number("paidAtDesk"),
            preview.Number("ordered"), preview.Number("tickets")));
        Assert.Equal(2000, preview.GetProperty("deskMoney").Number("amount"));
        Assert.Empty(preview.GetProperty("callOffs").EnumerateArray());
        Assert.Equal("confirmed", await Status(free));

        await CallOff($"events/{show.EventId}");
        await Work();

        Assert.Equal(["cancelled", "cancelled", "cancelled", "pending"],
            [await Status(free), await Status(held), await Status(atDesk), await Status(ordered)]);
        Assert.All(await _customer.Tickets(free), ticket => Assert.Equal("voided", ticket.Text("status")));
        var after = await Preview(show);
        Assert.Equal((0, 0, 1, 0), (after.Number("unpaid"), after.Number("free"), after.Number("ordered"), after.Number("tickets")));
        var done = after.GetProperty("callOffs")[0];
        Assert.Equal((3, JsonValueKind.String), (done.Number("cancelled"), done.GetProperty("finishedAt").ValueKind));
        Assert.Equal(1, await Told(free));
        Assert.Equal(1, await app.Db.One<long>("select count(*) from inventory.claims where holder = any (@ids)",
            new { ids = (Guid[])[free.Id(), held.Id(), atDesk.Id(), ordered.Id()] }, Ct));
    }

    [Fact]
    public async Task Calling_off_one_slot_leaves_the_others()
    {
        var show = await app.Show();
        await (await _organiser.Post($"/api/v1/events/{show.EventId}/slots", new
        {
            dates = new[] { new { startsLocal = "2026-07-02T20:00:00", endsLocal = "2026-07-02T22:00:00" } },
            capacity = 10,
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var (today, tomorrow) = (await Book(show, 0, 1, show.SlotId), await Book(show, 0, 1, await OtherSlot(show)));

        await CallOff($"slots/{show.SlotId}");
        await Work();

        Assert.Equal(["cancelled", "confirmed"], [await Status(today), await Status(tomorrow)]);
    }

    [Fact]
    public async Task A_crash_between_two_batches_loses_and_repeats_nothing()
    {
        var show = await app.Show(capacity: 1000);
        var bookings = new List<JsonElement>();
        for (var i = 0; i < CancelCalledOff.BatchSize + 20; i++)
            bookings.Add(await app.Http.Booked(show, holder: Given.Guest($"gast{i}@example.org")));
        await CallOff($"events/{show.EventId}");
        await app.Deliver(Ct);

        // Its second batch waits for a row that the crash lets go.
        await using (var rival = await app.Rival())
        {
            await rival.Run("select 1 from ticketing.bookings where event_id = @EventId order by booking_id desc limit 1 for update", show);
            using var crash = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            var working = CancelCalledOff.Run(app.SystemDb, app.Services, crash.Token);
            await rival.UntilSomeoneWaits();
            await crash.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => working);
            Assert.Equal(CancelCalledOff.BatchSize, (await Preview(show)).GetProperty("callOffs")[0].Number("cancelled"));
        }
        await Work();

        Assert.Equal(bookings.Count, (await Preview(show)).GetProperty("callOffs")[0].Number("cancelled"));
        foreach (var booking in bookings) Assert.Equal(1, await Told(booking));
    }

    private async Task<JsonElement> Book(Show show, int type, int quantity, Guid? slotId = null) =>
        await (await _customer.Post("/api/v1/bookings", new
        {
            eventId = show.EventId,
            slotId,
            items = new[] { new { ticketTypeId = show.TypeIds[type], quantity } },
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);

    private async Task<Guid> OtherSlot(Show show) =>
        (await (await _organiser.GetAsync($"/api/v1/events/{show.EventId}/slots", Ct)).IsOk<JsonElement>(Ct)).EnumerateArray()
        .Select(slot => slot.Id()).Single(id => id != show.SlotId);

    private async Task CallOff(string what) =>
        await (await _organiser.Put($"/api/v1/{what}/cancellation", new { reason = "Storm" }, Ct)).IsOk<JsonElement>(Ct);

    private async Task Work()
    {
        await app.Deliver(Ct);
        await CancelCalledOff.Run(app.SystemDb, app.Services, Ct);
    }

    private async Task<JsonElement> Preview(Show show) =>
        await (await _organiser.GetAsync($"/api/v1/events/{show.EventId}/call-off", Ct)).IsOk<JsonElement>(Ct);

    private async Task<string> Status(JsonElement booking) =>
        await app.Db.One<string>("select status from ticketing.bookings where booking_id = @id", new { id = booking.Id() }, Ct) ?? "";

    private Task<long> Told(JsonElement booking) => app.SystemDb.Everywhere.One<long>("""
        select count(*) from kernel.outbox where kind = 'booking.cancelled' and body->>'bookingId' = @id and body->>'reason' = 'Storm'
        """, new { id = booking.Text("id") }, Ct);
}
