using System.Net;
using System.Text.Json;
using Balie.Tests.Tickets;
using Balie.Ticketing.Bookings;
using Balie.Ticketing.WaitingList;

namespace Balie.Tests.WaitingList;

public sealed class WaitingListTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _customer = app.As(Roles.Customer);
    private readonly HttpClient _desk = app.As(Roles.Support);
    private static readonly object[] Priced = [new { name = "Rang 1", price = Given.Price(1000) }];

    [Fact]
    public async Task Places_that_come_free_are_offered_in_the_order_of_joining_and_held()
    {
        var (show, booking) = await SoldOut(2);
        var (first, second, third) = (await Join(show, "a"), await Join(show, "b"), await Join(show, "c"));
        Assert.Equal([1, 2, 3], new[] { first, second, third }.Select(entry => entry.Number("position")));

        await Cancel(booking);

        Assert.Equal(["offered", "offered", "waiting"], await States(first, second, third));
        Assert.Equal(1, (await See(third, "c")).Number("position"));
        await (await _customer.Book(show)).IsRefused(HttpStatusCode.Conflict, "ticketing.sold_out", Ct);
        Assert.Equal(2, await app.SystemDb.Everywhere.One<long>("""
            select count(*) from kernel.outbox where kind = 'waiting_list.offered' and body->>'entryId' = any (@ids)
            """, new { ids = new[] { first.Text("id"), second.Text("id"), third.Text("id") } }, Ct));
    }

    [Fact]
    public async Task An_offer_that_costs_nothing_is_a_booking_once_it_is_accepted()
    {
        var (show, booking) = await SoldOut(1);
        var entry = await Join(show, "a");
        await (await Accept(entry, "a")).IsRefused(HttpStatusCode.Conflict, "ticketing.nothing_offered", Ct);
        await Cancel(booking);

        var accepted = await (await Accept(entry, "a")).IsOk<JsonElement>(Ct);
        var again = await (await Accept(entry, "a")).IsOk<JsonElement>(Ct);
        await app.Deliver(Ct);

        Assert.Equal(("confirmed", accepted.Text("id")), (accepted.Text("status"), again.Text("id")));
        Assert.Equal("accepted", (await See(entry, "a")).Text("status"));
        Assert.Single(await _desk.Tickets(accepted));
    }

    [Fact]
    public async Task An_offer_with_a_price_is_paid_like_any_held_booking_and_being_paid_accepts_it()
    {
        var (show, booking) = await SoldOut(1, Priced);
        var entry = await Join(show, "a");
        await Cancel(booking);

        var held = await (await Accept(entry, "a")).IsOk<JsonElement>(Ct);
        Assert.Equal(("pending", "offered"), (held.Text("status"), (await See(entry, "a")).Text("status")));
        await (await _desk.Put($"/api/v1/bookings/{held.Text("id")}/confirmation", new { }, Ct)).IsOk<JsonElement>(Ct);
        await app.Deliver(Ct);

        Assert.Equal("accepted", (await See(entry, "a")).Text("status"));
    }

    [Fact]
    public async Task An_offer_that_lapses_goes_to_the_next_and_its_entry_is_over()
    {
        var (show, booking) = await SoldOut(1);
        var (first, second) = (await Join(show, "a"), await Join(show, "b"));
        await Cancel(booking);

        await app.Lapse((await See(first, "a")).GetProperty("bookingId").GetGuid());
        await ExpireBookings.Run(app.SystemDb, app.Services, Ct);
        await app.Deliver(Ct);

        Assert.Equal(["lapsed", "offered"], await States(first, second));
        await (await Accept(first, "a")).IsRefused(HttpStatusCode.Conflict, "ticketing.nothing_offered", Ct);
        Assert.Equal(1, (await Join(show, "a")).Number("position"));
    }

    [Fact]
    public async Task Whoever_leaves_gives_the_offer_to_the_next()
    {
        var (show, booking) = await SoldOut(1);
        var (first, second, third) = (await Join(show, "a"), await Join(show, "b"), await Join(show, "c"));
        await Cancel(booking);

        await Leave(second, "b");
        await Leave(first, "a");
        await Leave(first, "a");
        await app.Deliver(Ct);

        Assert.Equal(["left", "left", "offered"], await States(first, second, third));
    }

    [Fact]
    public async Task Who_wants_more_than_is_free_keeps_their_place_and_is_passed_over()
    {
        var (show, booking) = await SoldOut(3);
        var (three, one) = (await Join(show, "a", 3), await Join(show, "b"));
        var rest = await _customer.Booked(await app.Show());
        await app.Db.Run("update inventory.pools set capacity = 4 where pool_id = @SlotId", new { show.SlotId }, Ct);

        await OfferPlaces.Run(app.SystemDb, app.Services, Ct);
        Assert.Equal(["waiting", "offered"], await States(three, one));
        await Cancel(booking);

        Assert.Equal(["offered", "offered"], await States(three, one));
        Assert.Equal("confirmed", rest.Text("status"));
    }

    [Fact]
    public async Task More_places_are_offered_to_those_who_wait()
    {
        var (show, _) = await SoldOut(1);
        var entry = await Join(show, "a");

        await (await app.As(Roles.Owner).Put($"/api/v1/slots/{show.SlotId}/capacity", new { capacity = 2 }, Ct)).IsOk<JsonElement>(Ct);
        await app.Deliver(Ct);

        Assert.Equal("offered", (await See(entry, "a")).Text("status"));
    }

    [Fact]
    public async Task No_offer_outlives_the_sale_and_none_is_made_after_it()
    {
        // The sale closes two hours before the start: at half past twelve, half an hour from now.
        var (show, booking) = await SoldOut(1, startsLocal: "2026-01-01T15:30:00");
        var (first, second) = (await Join(show, "a"), await Join(show, "b"));
        await Cancel(booking);
        var offered = await See(first, "a");
        var end = offered.GetProperty("expiresAt").GetDateTimeOffset();

        var dbNow = await app.Db.One<DateTimeOffset>("select clock_timestamp()", null, Ct);
        Assert.InRange(end - dbNow, TimeSpan.Zero, TimeSpan.FromMinutes(30));

        app.Clock.Advance(TimeSpan.FromMinutes(25));
        await Leave(first, "a");
        await app.Deliver(Ct);
        Assert.Equal("waiting", (await See(second, "b")).Text("status"));
        app.Clock.Advance(-TimeSpan.FromMinutes(25));
    }

    [Fact]
    public async Task Nobody_needs_to_wait_while_there_are_places_or_twice_for_the_same()
    {
        var show = await app.Show();
        await (await JoinAs(show, "a")).IsRefused(HttpStatusCode.Conflict, "ticketing.places_free", Ct);
        var (full, _) = await SoldOut(1);

        await Join(full, "a");

        await (await JoinAs(full, "A")).IsRefused(HttpStatusCode.Conflict, "ticketing.already_waiting", Ct);
        await (await JoinAs(full, "b", 11)).IsRefused(HttpStatusCode.UnprocessableEntity, "ticketing.over_limit", Ct);
    }

    [Fact]
    public async Task An_entry_is_its_persons_and_the_desks()
    {
        var (show, _) = await SoldOut(1);
        var entry = await Join(show, "a");
        var path = $"/api/v1/waiting-list/{entry.Text("id")}";

        await (await app.Http.GetAsync(path, Ct)).IsRefused(HttpStatusCode.NotFound, "ticketing.entry_not_found", Ct);
        await (await app.Http.GetAsync($"{path}?email=b@example.org", Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.entry_not_found", Ct);
        await (await app.Http.DeleteAsync($"{path}?email=b@example.org", Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.entry_not_found", Ct);
        var listed = await (await _desk.GetAsync($"/api/v1/events/{show.EventId}/waiting-list", Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal(entry.Text("id"), listed[0].Text("id"));
        await (await _customer.GetAsync($"/api/v1/events/{show.EventId}/waiting-list", Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
    }

    [Fact]
    public async Task Who_leaves_while_an_offer_is_made_gets_none_and_the_place_goes_on()
    {
        var (show, booking) = await SoldOut(1);
        var (first, second) = (await Join(show, "a"), await Join(show, "b"));
        await using var rival = await app.Rival();
        await rival.Run("update ticketing.waiting_entries set status = 'left' where entry_id = @id", new { id = first.Id() });

        (await _desk.Patch($"/api/v1/bookings/{booking.Text("id")}/cancel", new { reason = "Griep" }, Ct)).EnsureSuccessStatusCode();
        var offering = app.Db.Transact(tx => OfferPlaces.WhenUpdated(
            new Contracts.Ticketing.EventUpdated(show.EventId, 1, "test"), tx, app.Services, Ct), Ct);
        await rival.UntilSomeoneWaits();
        await rival.Commit();
        await offering;

        Assert.Equal(["left", "offered"], await States(first, second));
    }

    [Fact]
    public async Task Fifty_who_wait_and_cancellations_at_random_never_exceed_the_capacity()
    {
        const int Capacity = 20;
        var show = await app.Show(Capacity);
        var bookings = new List<JsonElement>();
        for (var i = 0; i < Capacity; i++) bookings.Add(await app.Http.Booked(show, holder: Given.Guest($"koper{i}@example.org")));
        var entries = new List<JsonElement>();
        for (var i = 0; i < 50; i++) entries.Add(await Join(show, $"wacht{i}"));
        var random = new Random(4711);

        for (var round = 0; round < 4; round++)
        {
            var cancels = bookings.OrderBy(_ => random.Next()).Take(4).ToArray();
            foreach (var one in cancels) bookings.Remove(one);
            await Task.WhenAll(
                Task.WhenAll(cancels.Select(one => _desk.Patch($"/api/v1/bookings/{one.Text("id")}/cancel", new { reason = "x" }, Ct))),
                Task.WhenAll(Enumerable.Range(0, 2).Select(_ => OfferPlaces.Run(app.SystemDb, app.Services, Ct))));
            await app.Deliver(Ct);
        }

        Assert.Equal(
            Capacity, await app.Db.One<long>("select count(*) from inventory.claims where pool_id = @SlotId", new { show.SlotId }, Ct));
        var offered = await States([.. entries]);
        Assert.Equal(16, offered.Count(state => state == "offered"));
        Assert.All(offered.Take(16), state => Assert.Equal("offered", state));
        var verdicts = await new Verifier(new Installation(Balie.Modules.All), app.Databases).Run(null, Ct);
        Assert.Equal([], verdicts.SelectMany(verdict => verdict.Violations.Select(violation => $"{verdict.Check}: {violation}")));
    }

    private async Task<(Show Show, JsonElement Booking)> SoldOut(
        int capacity, object[]? types = null, string startsLocal = "2026-07-01T20:00:00")
    {
        var endsLocal = $"{startsLocal[..11]}23:00:00";
        var show = await app.Show(capacity, types, startsLocal: startsLocal, endsLocal: endsLocal);
        return (show, await _customer.Booked(show, capacity));
    }

    private static string Mail(string who) => $"{who}@example.org";

    private Task<HttpResponseMessage> JoinAs(Show show, string who, int quantity = 1) => app.Http.Post(
        $"/api/v1/events/{show.EventId}/waiting-list", new { quantity, name = who, email = Mail(who) }, Ct);

    // A moment apart, as the test's clock stands still.
    private async Task<JsonElement> Join(Show show, string who, int quantity = 1)
    {
        app.Clock.Advance(TimeSpan.FromMilliseconds(2));
        return await (await JoinAs(show, who, quantity)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
    }

    private async Task Cancel(JsonElement booking)
    {
        (await _desk.Patch($"/api/v1/bookings/{booking.Text("id")}/cancel", new { reason = "Griep" }, Ct)).EnsureSuccessStatusCode();
        await app.Deliver(Ct);
    }

    private Task<HttpResponseMessage> Accept(JsonElement entry, string who) =>
        app.Http.Put($"/api/v1/waiting-list/{entry.Text("id")}/acceptance?email={Mail(who)}", new { }, Ct);

    private async Task Leave(JsonElement entry, string who) =>
        (await app.Http.DeleteAsync($"/api/v1/waiting-list/{entry.Text("id")}?email={Mail(who)}", Ct)).EnsureSuccessStatusCode();

    private async Task<JsonElement> See(JsonElement entry, string who) =>
        await (await app.Http.GetAsync($"/api/v1/waiting-list/{entry.Text("id")}?email={Mail(who)}", Ct)).IsOk<JsonElement>(Ct);

    private async Task<string[]> States(params JsonElement[] entries)
    {
        var states = (await app.Db.Many<(Guid Id, string Status)>(
            "select entry_id, status from ticketing.waiting_entries where entry_id = any (@ids)",
            new { ids = entries.Select(entry => entry.Id()).ToArray() }, Ct)).ToDictionary(row => row.Id, row => row.Status);
        return [.. entries.Select(entry => states[entry.Id()])];
    }
}
