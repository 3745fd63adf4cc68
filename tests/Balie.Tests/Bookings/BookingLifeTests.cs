using System.Net;
using System.Text.Json;

namespace Balie.Tests.Bookings;

public sealed class BookingLifeTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _customer = app.As(Roles.Customer);
    private readonly HttpClient _desk = app.As(Roles.Support);
    private static readonly object[] Priced = [new { name = "Rang 1", price = Given.Price(1000) }];

    [Fact]
    public async Task A_cancelled_booking_frees_its_places_once_and_says_the_same_twice()
    {
        var show = await app.Show(capacity: 2);
        var booking = await _customer.Booked(show, 2);

        var first = await Cancel(_customer, booking.Text("id"));
        var second = await Cancel(_customer, booking.Text("id"));

        Assert.Equal("cancelled", first.Text("status"));
        Assert.Equal("cancelled", second.Text("status"));
        Assert.Equal([("", "confirmed"), ("confirmed", "cancelled")], await History(booking));
        await _customer.Booked(show, 2);
        await (await _customer.Book(show)).IsRefused(HttpStatusCode.Conflict, "ticketing.sold_out", Ct);
    }

    [Fact]
    public async Task A_person_may_cancel_until_a_day_before_and_staff_always()
    {
        // The test clock stands at noon on 1 January: this starts 23 hours later.
        var show = await app.Show(startsLocal: "2026-01-02T12:00:00", endsLocal: "2026-01-02T14:00:00");
        var booking = await _customer.Booked(show);

        await (await _customer.Patch($"/api/v1/bookings/{booking.Text("id")}/cancel", new { reason = "Griep" }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.cancellation_closed", Ct);
        Assert.Equal("cancelled", (await Cancel(_desk, booking.Text("id"))).Text("status"));
    }

    [Fact]
    public async Task A_guest_reads_a_booking_with_its_reference_and_address_and_nobody_without()
    {
        var show = await app.Show();
        var reference = (await app.Http.Booked(show, holder: Given.Guest("gast@example.org"))).Text("reference");

        var seen = await (await app.Http.GetAsync($"/api/v1/bookings/{reference}?email=Gast@Example.org", Ct)).IsOk<JsonElement>(Ct);

        Assert.Equal(reference, seen.Text("reference"));
        await (await app.Http.GetAsync($"/api/v1/bookings/{reference}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.booking_not_found", Ct);
        await (await app.Http.GetAsync($"/api/v1/bookings/{reference}?email=other@example.org", Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.booking_not_found", Ct);
    }

    [Fact]
    public async Task Somebody_elses_booking_does_not_exist_for_me_but_does_for_the_desk()
    {
        var booking = await _customer.Booked(await app.Show());
        var stranger = app.As(Roles.Customer, Guid.CreateVersion7());

        await (await stranger.GetAsync($"/api/v1/bookings/{booking.Text("id")}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.booking_not_found", Ct);
        await (await stranger.Patch($"/api/v1/bookings/{booking.Text("id")}/cancel", new { }, Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.booking_not_found", Ct);
        await (await _desk.GetAsync($"/api/v1/bookings/{booking.Text("id")}", Ct)).IsOk<JsonElement>(Ct);
    }

    [Fact]
    public async Task A_hold_that_ended_reads_as_expired_and_its_places_are_free_before_any_job_ran()
    {
        var show = await app.Show(capacity: 2, types: Priced);
        var booking = await _customer.Booked(show, 2);

        await app.Lapse(booking.GetProperty("id").GetGuid());

        Assert.Equal("expired", (await See(booking)).Text("status"));
        Assert.Equal("pending", (await _customer.Booked(show, 2)).Text("status"));
    }

    [Fact]
    public async Task The_job_writes_down_that_a_hold_ended_once()
    {
        var show = await app.Show(types: Priced);
        var booking = await _customer.Booked(show);
        await app.Lapse(booking.GetProperty("id").GetGuid());

        await Ticketing.Bookings.ExpireBookings.Run(app.SystemDb, app.Services, Ct);
        await Ticketing.Bookings.ExpireBookings.Run(app.SystemDb, app.Services, Ct);

        Assert.Equal([("", "pending"), ("pending", "expired")], await History(booking));
        Assert.Equal(0, await Claims(booking));
    }

    [Fact]
    public async Task A_hold_paid_at_the_desk_is_sold_and_never_lapses()
    {
        var show = await app.Show(capacity: 1, types: Priced);
        var booking = await _customer.Booked(show);

        var confirmed = await (await Confirm(booking)).IsOk<JsonElement>(Ct);
        await app.Lapse(booking.GetProperty("id").GetGuid());

        Assert.Equal("confirmed", confirmed.Text("status"));
        Assert.Equal($"{booking.Text("reference")}-1", confirmed.GetProperty("items")[0].GetProperty("tickets")[0].GetString());
        await (await _customer.Book(show)).IsRefused(HttpStatusCode.Conflict, "ticketing.sold_out", Ct);
    }

    [Fact]
    public async Task A_late_payment_takes_places_again_while_there_are_any()
    {
        var show = await app.Show(capacity: 2, types: Priced);
        var late = await _customer.Booked(show, 1);
        await app.Lapse(late.GetProperty("id").GetGuid());
        await _customer.Booked(show, 1);

        Assert.Equal("confirmed", (await (await Confirm(late)).IsOk<JsonElement>(Ct)).Text("status"));
        Assert.Equal(0, await Free(show));
    }

    [Fact]
    public async Task A_late_payment_for_places_that_are_gone_is_refused_and_keeps_nothing()
    {
        var show = await app.Show(capacity: 2, types: Priced);
        var late = await _customer.Booked(show, 2);
        await app.Lapse(late.GetProperty("id").GetGuid());
        await _customer.Booked(show, 1);

        await (await Confirm(late)).IsRefused(HttpStatusCode.Conflict, "ticketing.hold_expired", Ct);

        Assert.Equal(1, await Free(show));
        Assert.Equal("expired", (await See(late)).Text("status"));
    }

    [Fact]
    public async Task My_bookings_are_mine_newest_first_and_page_without_losing_one()
    {
        var (person, show) = (Guid.CreateVersion7(), await app.Show());
        var me = app.As(Roles.Customer, person);
        var made = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            made.Insert(0, (await me.Booked(show)).Text("id"));
            app.Clock.Advance(TimeSpan.FromMilliseconds(5));
        }

        var (seen, cursor) = (new List<string>(), "");
        do
        {
            var text = await me.GetStringAsync($"/api/v1/bookings?limit=2{cursor}", Ct);
            using var page = JsonDocument.Parse(text);
            seen.AddRange(page.RootElement.GetProperty("data").EnumerateArray().Select(booking => booking.Text("id")));
            cursor = page.RootElement.GetProperty("meta").GetProperty("nextCursor").GetString() is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);

        Assert.Equal(made, seen);
    }

    private async Task<JsonElement> Cancel(HttpClient by, string id) =>
        await (await by.Patch($"/api/v1/bookings/{id}/cancel", new { reason = "Griep" }, Ct)).IsOk<JsonElement>(Ct);

    private Task<HttpResponseMessage> Confirm(JsonElement booking) =>
        _desk.Put($"/api/v1/bookings/{booking.Text("id")}/confirmation", new { }, Ct);

    private async Task<JsonElement> See(JsonElement booking) =>
        await (await _customer.GetAsync($"/api/v1/bookings/{booking.Text("id")}", Ct)).IsOk<JsonElement>(Ct);

    private Task<(string, string)[]> History(JsonElement booking) => app.Db.Many<(string, string)>(
        "select coalesce(from_status, ''), to_status from ticketing.booking_history where booking_id = @id order by step",
        new { id = booking.GetProperty("id").GetGuid() }, Ct);

    private Task<long> Claims(JsonElement booking) =>
        app.Db.One<long>("select count(*) from inventory.claims where holder = @id", new { id = booking.GetProperty("id").GetGuid() }, Ct);

    // Asked of the claims themselves: the public figure may be a quarter of a second old.
    private async Task<long> Free(Show show) =>
        (await app.Db.One<int>("select capacity from inventory.pools where pool_id = @SlotId", new { show.SlotId }, Ct))
        - await app.Db.One<long>(
            "select count(*) from inventory.claims where pool_id = @SlotId and (expires_at is null or expires_at >= clock_timestamp())",
            new { show.SlotId }, Ct);
}
