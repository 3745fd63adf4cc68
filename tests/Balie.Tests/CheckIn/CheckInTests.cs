using System.Net;
using System.Text.Json;
using Balie.Tests.Tickets;

namespace Balie.Tests.CheckIn;

public sealed class CheckInTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _customer = app.As(Roles.Customer);
    private readonly HttpClient _owner = app.As(Roles.Owner);

    [Fact]
    public async Task The_door_sees_who_comes_and_the_second_one_is_told_when_and_where_the_first_was()
    {
        var show = await app.OpenShow(zones: [new { name = "Parket", capacity = 50 }],
            types: [new { name = "Vol", price = Given.Price(0), zoneName = "Parket" }]);
        var (_, tickets) = await app.Ticketed(_customer, show, 2, new { name = "Anna de Vries", email = "anna@example.org" });
        var door = await app.DeviceAt(show);

        var first = await door.Scan(tickets[0].Text("code"));
        var second = await door.Scan(tickets[0].Text("code"));

        var seen = first.GetProperty("ticket");
        Assert.Equal(("admitted", "Anna de Vries", "Vol", "Parket", tickets[0].Text("number")),
            (first.Said(), seen.Text("holderName"), seen.Text("typeName"), seen.Text("zone"), seen.Text("number")));
        Assert.Equal((1, 2), (first.GetProperty("party").Number("in"), first.GetProperty("party").Number("of")));
        Assert.Equal("already_used", second.Said());
        Assert.Equal("Hoofdingang", second.GetProperty("earlier").Text("place"));
        Assert.Equal(first.GetProperty("at").GetDateTimeOffset(), second.GetProperty("earlier").GetProperty("at").GetDateTimeOffset());
        Assert.Equal(("Met dit kaartje is al iemand binnen.", "Somebody is inside with this ticket already."),
            (second.GetProperty("message").Text("nl"), second.GetProperty("message").Text("en")));
        Assert.Equal("checked_in", (await app.As(Roles.Support).Tickets(await Booking(tickets[0])))[0].Text("status"));
    }

    [Fact]
    public async Task Of_fifty_scanners_with_one_code_at_once_one_lets_somebody_in()
    {
        var show = await app.OpenShow();
        var (code, id) = await app.Ticket(show);
        await using var other = await app.StartAnother();
        var doors = new[] { app.As(Roles.Door), app.ClientOf(other, Roles.Door, Guid.CreateVersion7()) };

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => doors[i % 2].Scan(code)));

        Assert.Equal(1, answers.Count(answer => answer.Said() == "admitted"));
        Assert.Equal(49, answers.Count(answer => answer.Said() == "already_used"));
        Assert.Equal((1, 0), await app.Db.One<(int, int)>("select ins, outs from ticketing.entries where ticket_id = @id", new { id }, Ct));
        Assert.Equal(50, await app.Db.One<long>("select count(*) from ticketing.check_ins where ticket_id = @id", new { id }, Ct));
    }

    [Fact]
    public async Task A_scan_waits_for_a_refund_under_way_and_others_do_not_wait_with_it()
    {
        var show = await app.OpenShow();
        var (code, id) = await app.Ticket(show);
        var (otherCode, _) = await app.Ticket(show);
        var door = await app.DeviceAt(show);
        await using var rival = await app.Rival();
        await rival.Run("update ticketing.tickets set status = 'refunded' where ticket_id = @id", new { id });

        var scan = door.Scan(code);
        await rival.UntilSomeoneWaits();
        Assert.Equal("admitted", (await door.Scan(otherCode)).Said());
        await rival.Commit();

        Assert.Equal("refunded", (await scan).Said());
    }

    [Fact]
    public async Task A_scan_that_hangs_behind_its_twin_elsewhere_holds_up_nobody()
    {
        var show = await app.OpenShow();
        var (code, _) = await app.Ticket(show);
        var (door, scannerId) = await app.Device(DoorWords.At(show));
        var nonce = Guid.CreateVersion7();
        await using var rival = await app.Rival();
        await rival.Run("""
            insert into ticketing.check_ins (
                org_id, check_in_id, scanner_id, nonce, nth, actor, direction, result, reason, counts, device_time, at, fingerprint, answer)
            select
                org_id, gen_random_uuid(), device_id, @nonce, 1, 'device', 'in', 'refused', 'invalid_code', false, created_at,
                created_at, sha256('another request'), '{}'
            from ticketing.devices
            where device_id = @scannerId
            """, new { scannerId, nonce });

        var hanging = door.CheckIn(new { nonce, code = "none of ours" });
        await rival.UntilSomeoneWaits();
        Assert.Equal("admitted", (await door.Scan(code)).Said());
        Assert.False(hanging.IsCompleted);
        await rival.Commit();

        await (await hanging).IsRefused(HttpStatusCode.UnprocessableEntity, "ticketing.nonce_reused", Ct);
    }

    [Fact]
    public async Task The_same_nonce_gives_the_same_answer_and_lets_nobody_in_again()
    {
        var show = await app.OpenShow(reentries: 1_000);
        var (code, _) = await app.Ticket(show);
        var (door, nonce) = (await app.DeviceAt(show), Guid.CreateVersion7());
        var first = await door.Scan(code, nonce: nonce);
        await door.Scan(code, "out");

        var again = await door.Scan(code, nonce: nonce);

        Assert.Equal(first.GetRawText(), again.GetRawText());
        Assert.Equal("not_inside", (await door.Scan(code, "out")).Said());
        await (await door.CheckIn(new { nonce, code, direction = "out" }))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "ticketing.nonce_reused", Ct);
        // Another scanner's nonces are its own.
        Assert.Equal("admitted", (await (await app.DeviceAt(show)).Scan(code, nonce: nonce)).Said());
    }

    [Fact]
    public async Task Twins_of_one_scan_over_two_processes_get_one_answer()
    {
        var show = await app.OpenShow();
        var (code, id) = await app.Ticket(show);
        await using var other = await app.StartAnother();
        var (here, there, nonce) = (app.As(Roles.Door), app.ClientOf(other, Roles.Door), Guid.CreateVersion7());

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? here : there).Scan(code, nonce: nonce)));

        Assert.All(answers, answer => Assert.Equal(answers[0].GetRawText(), answer.GetRawText()));
        Assert.Equal("admitted", answers[0].Said());
        Assert.Equal(1, await app.Db.One<long>("select count(*) from ticketing.check_ins where ticket_id = @id", new { id }, Ct));
    }

    [Fact]
    public async Task Eight_of_ten_go_in_with_one_code_and_two_later_and_not_a_third()
    {
        var show = await app.OpenShow();
        var (booking, tickets) = await app.Ticketed(_customer, show, 10);
        var (door, code) = (await app.DeviceAt(show), tickets[3].Text("code"));

        var eight = await Group(door, code, 8);
        var three = await Group(door, code, 3);
        var two = await Group(door, code, 2);
        var one = await Group(door, code, 1);

        Assert.Equal(("admitted", 8, 8, 10), (eight.Said(), eight.Number("quantity"), In(eight), Of(eight)));
        Assert.Equal(("group_exceeded", 2), (three.Said(), three.Number("available")));
        Assert.Equal(("admitted", 2, 10), (two.Said(), two.Number("quantity"), In(two)));
        Assert.Equal("already_used", one.Said());
        var states = (await app.As(Roles.Support).Tickets(booking)).Select(ticket => ticket.Text("status"));
        Assert.Equal(10, states.Count(status => status == "checked_in"));
    }

    [Fact]
    public async Task Groups_that_come_at_once_never_let_in_more_than_they_are()
    {
        var show = await app.OpenShow();
        var (booking, tickets) = await app.Ticketed(_customer, show, 10);
        var door = await app.DeviceAt(show);

        var answers = await Task.WhenAll(tickets.Select(ticket => Group(door, ticket.Text("code"), 3)));

        Assert.Equal(3, answers.Count(answer => answer.Said() == "admitted"));
        Assert.Equal(9, await app.Db.One<long>("""
            select sum(ins) from ticketing.entries join ticketing.tickets using (org_id, ticket_id) where booking_id = @id
            """, new { id = booking.Id() }, Ct));
    }

    [Fact]
    public async Task Somebody_without_a_code_is_found_and_let_in_by_hand_and_an_unpaid_booking_is_not()
    {
        var show = await app.OpenShow(types: [Given.FreeType(), new { name = "Vol", price = Given.Price(1000) }]);
        var door = await app.DeviceAt(show);
        var free = await Book(show, 0, "Zoë Åkerblad", "zoe@example.org");
        var unpaid = await Book(show, 1, "Bram Groen", "bram@example.org");
        await app.Deliver(Ct);

        var byName = (await Search(door, show, "akerblad"))[0];
        var byMail = (await Search(door, show, "BRAM@example.org"))[0];
        var byReference = (await Search(door, show, free.Text("reference").ToLowerInvariant()))[0];

        Assert.Equal(byName.Text("ticketId"), byReference.Text("ticketId"));
        Assert.Equal("admitted", (await ByHand(door, new { nonce = Guid.CreateVersion7(), ticketId = byName.Text("ticketId") })).Said());
        Assert.True((await Search(door, show, "zoe@example.org"))[0].GetProperty("isInside").GetBoolean());
        Assert.Equal("pending", byMail.Text("bookingStatus"));
        Assert.Equal("unpaid", (await ByHand(door, new { nonce = Guid.CreateVersion7(), bookingId = unpaid.Text("id") })).Said());
        Assert.Empty(await Search(door, show, "%%%"));
    }

    [Fact]
    public async Task Force_needs_the_right_and_a_reason_and_is_written_down()
    {
        var show = await app.OpenShow();
        var (code, _) = await app.Ticket(show);
        var door = await app.DeviceAt(show);
        await door.Scan(code);
        object Force(string reason) => new { nonce = Guid.CreateVersion7(), code, force = true, reason };

        await (await door.CheckIn(Force("Kwijt"))).IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await _owner.CheckIn(Force(" "))).IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
        var forced = await (await _owner.CheckIn(Force("Kind was buiten"))).IsOk<JsonElement>(Ct);
        var forged = await (await _owner.CheckIn(new { nonce = Guid.CreateVersion7(), code = "niets", force = true, reason = "Ja hoor" }))
            .IsOk<JsonElement>(Ct);

        Assert.Equal(("admitted", true, "already_used"), (forced.Said(), forced.GetProperty("forced").GetBoolean(), forced.Text("reason")));
        Assert.Equal("invalid_code", forged.Said());
        var listed = (await (await _owner.GetAsync($"/api/v1/events/{show.EventId}/checkins?result=admitted", Ct)).IsOk<JsonElement>(Ct))
            .EnumerateArray().Single(one => one.GetProperty("forced").GetBoolean());
        Assert.Equal(("Kind was buiten", "already_used"), (listed.Text("note"), listed.Text("reason")));
    }

    [Fact]
    public async Task A_rotating_code_opens_the_door_for_a_minute_and_its_picture_does_not()
    {
        var show = await app.OpenShow();
        var (_, id) = await app.Ticket(show);
        var secret = await app.Db.One<byte[]>("select secret from ticketing.tickets where ticket_id = @id", new { id }, Ct) ?? [];
        var door = await app.DeviceAt(show);
        string Rotating(TimeSpan ago) => Ticketing.Tickets.RotatingCode.Write(
            new(id, 1, Ticketing.Tickets.RotatingCode.StepAt(app.Clock.GetUtcNow() - ago)), Ticketing.Tickets.RotatingCode.KeyOf(secret));

        Assert.Equal("invalid_code", (await door.Scan(Rotating(TimeSpan.FromMinutes(2)))).Said());
        Assert.Equal("admitted", (await door.Scan(Rotating(TimeSpan.FromSeconds(30)))).Said());
    }

    [Fact]
    public async Task Who_is_inside_is_what_happened_at_the_doors()
    {
        var show = await app.OpenShow(reentries: 1, zones: [new { name = "Parket", capacity = 40 }],
            types: [new { name = "Vol", price = Given.Price(0), zoneName = "Parket" }], capacity: 60);
        var (_, tickets) = await app.Ticketed(_customer, show, 4);
        var door = await app.DeviceAt(show);
        foreach (var ticket in tickets[..3]) await door.Scan(ticket.Text("code"));
        await door.Scan(tickets[0].Text("code"), "out");

        var seen = await (await door.GetAsync($"/api/v1/events/{show.EventId}/occupancy", Ct)).IsOk<JsonElement>(Ct);

        var slot = seen.GetProperty("slots")[0];
        Assert.Equal((60, 4, 3, 1, 2),
            (slot.Number("capacity"), slot.Number("expected"), slot.Number("in"), slot.Number("out"), slot.Number("inside")));
        var zone = slot.GetProperty("zones")[0];
        Assert.Equal(("Parket", 40, 2), (zone.Text("name"), zone.Number("capacity"), zone.Number("inside")));
    }

    [Fact]
    public async Task What_was_let_in_is_told_once_each()
    {
        var show = await app.OpenShow();
        var (code, id) = await app.Ticket(show);
        var door = await app.DeviceAt(show);
        await door.Scan(code);
        await door.Scan(code);

        Assert.Equal(1, await app.SystemDb.Everywhere.One<long>(
            "select count(*) from kernel.outbox where kind = 'ticket.checked_in' and body->>'ticketId' = @id",
            new { id = id.ToString() }, Ct));
    }

    private async Task<JsonElement> Booking(JsonElement ticket) => await (await app.As(Roles.Support)
        .GetAsync($"/api/v1/bookings/{ticket.Text("bookingId")}", Ct)).IsOk<JsonElement>(Ct);

    private async Task<JsonElement> Book(Show show, int type, string name, string email)
    {
        var items = new[] { new { ticketTypeId = show.TypeIds[type], quantity = 1 } };
        return await (await app.Http.Post("/api/v1/bookings", new { eventId = show.EventId, items, holder = new { name, email } }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
    }

    private static async Task<JsonElement> Group(HttpClient door, string code, int quantity) =>
        await (await door.CheckIn(new { nonce = Guid.CreateVersion7(), code, quantity })).IsOk<JsonElement>(Ct);

    private static async Task<JsonElement> ByHand(HttpClient door, object request) =>
        await (await door.CheckIn(request)).IsOk<JsonElement>(Ct);

    private static async Task<JsonElement[]> Search(HttpClient door, Show show, string q) =>
        [.. (await (await door.GetAsync($"/api/v1/checkins/search?eventId={show.EventId}&q={Uri.EscapeDataString(q)}", Ct))
            .IsOk<JsonElement>(Ct)).EnumerateArray()];

    private static int In(JsonElement answer) => answer.GetProperty("party").Number("in");

    private static int Of(JsonElement answer) => answer.GetProperty("party").Number("of");
}
