using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Balie.Tests.Tickets;

namespace Balie.Tests.CheckIn;

public sealed class DeviceTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _owner = app.As(Roles.Owner);

    [Fact]
    public async Task A_device_may_check_in_and_nothing_else()
    {
        var show = await app.OpenShow();
        var door = await app.DeviceAt(show);

        foreach (var path in (string[])["/api/v1/devices", "/api/v1/bookings?all=true", $"/api/v1/events/{show.EventId}/history"])
            await (await door.GetAsync(path, Ct)).IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await door.Post("/api/v1/devices", DoorWords.At(show), Ct)).IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await app.As(Roles.Customer).CheckIn(new { nonce = Guid.CreateVersion7(), code = "x" }))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await app.Http.CheckIn(new { nonce = Guid.CreateVersion7(), code = "x" }))
            .IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct);
    }

    [Fact]
    public async Task To_a_device_the_other_events_do_not_exist()
    {
        var (mine, other) = (await app.OpenShow(), await app.OpenShow());
        var door = await app.DeviceAt(mine);
        var (code, _) = await app.Ticket(other);

        Assert.Equal("wrong_event", (await door.Scan(code)).Said());
        await (await door.CheckIn(new { nonce = Guid.CreateVersion7(), code, eventId = other.EventId }))
            .IsRefused(HttpStatusCode.Forbidden, "ticketing.device_elsewhere", Ct);
        foreach (var path in (string[])["manifest", "occupancy", "conflicts", "checkins"])
            await (await door.GetAsync($"/api/v1/events/{other.EventId}/{path}", Ct))
                .IsRefused(HttpStatusCode.NotFound, "ticketing.event_not_found", Ct);
        await (await door.GetAsync($"/api/v1/checkins/search?q=gast&eventId={other.EventId}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.event_not_found", Ct);
    }

    [Fact]
    public async Task A_device_of_a_venue_works_at_all_its_events_and_at_no_other()
    {
        var (venueId, _) = await app.Hall();
        var (here, elsewhere) = (await app.OpenShow(venueId: venueId), await app.OpenShow());
        var (door, _) = await app.Device(new { name = "Scanner", venueId });

        Assert.Equal("admitted", (await door.Scan((await app.Ticket(here)).Code)).Said());
        Assert.Equal("wrong_event", (await door.Scan((await app.Ticket(elsewhere)).Code)).Said());
    }

    [Fact]
    public async Task A_revoked_device_is_told_so_at_once_and_may_see_nothing_any_more()
    {
        var show = await app.OpenShow();
        var (door, id) = await app.Device(DoorWords.At(show));
        var (first, second) = (await app.Ticket(show), await app.Ticket(show));
        Assert.Equal("admitted", (await door.Scan(first.Code)).Said());

        (await _owner.DeleteAsync($"/api/v1/devices/{id}", Ct)).EnsureSuccessStatusCode();

        Assert.Equal("revoked_device", (await door.Scan(second.Code)).Said());
        await (await door.GetAsync($"/api/v1/events/{show.EventId}/manifest", Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        Assert.Equal("admitted", (await (await app.DeviceAt(show)).Scan(second.Code)).Said());
        (await _owner.DeleteAsync($"/api/v1/devices/{id}", Ct)).EnsureSuccessStatusCode();
        await (await _owner.DeleteAsync($"/api/v1/devices/{Guid.CreateVersion7()}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.device_not_found", Ct);
    }

    [Fact]
    public async Task A_revocation_that_this_process_has_not_heard_of_counts_all_the_same()
    {
        var show = await app.OpenShow();
        var (door, id) = await app.Device(DoorWords.At(show));
        await door.Scan((await app.Ticket(show)).Code);
        await app.Db.Run(
            "update ticketing.devices set revoked_at = @Now, revoked_by = 'test' where device_id = @id", new { id, app.Db.Now }, Ct);

        Assert.Equal("revoked_device", (await door.Scan((await app.Ticket(show)).Code)).Said());
    }

    [Fact]
    public async Task A_key_is_shown_once_kept_as_a_hash_and_good_for_one_organisation()
    {
        var show = await app.OpenShow();
        var made = await (await _owner.Post("/api/v1/devices", DoorWords.At(show), Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var key = made.Text("key");

        var listed = (await (await _owner.GetAsync("/api/v1/devices?limit=100", Ct)).IsOk<JsonElement>(Ct))
            .EnumerateArray().Single(device => device.Id() == made.GetProperty("device").Id());
        var foreign = app.As(Roles.Customer, orgId: Guid.CreateVersion7());
        foreign.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);

        Assert.DoesNotContain(key, listed.GetRawText(), StringComparison.Ordinal);
        Assert.StartsWith(listed.Text("keyHint"), key, StringComparison.Ordinal);
        await (await foreign.CheckIn(new { nonce = Guid.CreateVersion7(), code = "x" }))
            .IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct);
    }

    [Fact]
    public async Task A_device_is_for_a_venue_or_for_events_that_exist()
    {
        async Task Refused(object registration, HttpStatusCode status, string code) =>
            await (await _owner.Post("/api/v1/devices", registration, Ct)).IsRefused(status, code, Ct);
        var show = await app.Show();

        await Refused(new { name = "Scanner" }, HttpStatusCode.UnprocessableEntity, "kernel.invalid");
        await Refused(new { name = "Scanner", venueId = Guid.CreateVersion7() }, HttpStatusCode.NotFound, "ticketing.venue_not_found");
        await Refused(new { name = "Scanner", eventIds = new[] { Guid.CreateVersion7() } },
            HttpStatusCode.NotFound, "ticketing.event_not_found");
        await Refused(new { name = "Scanner", eventIds = new[] { show.EventId }, zoneIds = new[] { Guid.CreateVersion7() } },
            HttpStatusCode.NotFound, "ticketing.zone_not_found");
    }
}
