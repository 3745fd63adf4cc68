using System.Text.Json;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Tests.Tickets;

public sealed class IssueTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _customer = app.As(Roles.Customer);
    private readonly HttpClient _desk = app.As(Roles.Support);

    [Fact]
    public async Task A_confirmed_booking_has_a_ticket_per_unit_numbered_in_the_order_booked()
    {
        var show = await app.Show(types: [Given.FreeType("Vol"), Given.FreeType("Kind")]);
        var booking = await (await _customer.Post("/api/v1/bookings", new
        {
            eventId = show.EventId,
            items = new[] { new { ticketTypeId = show.TypeIds[0], quantity = 2 }, new { ticketTypeId = show.TypeIds[1], quantity = 1 } },
        }, Ct)).IsOk<JsonElement>(System.Net.HttpStatusCode.Created, Ct);
        Assert.Empty(await _customer.Tickets(booking));

        await app.Deliver(Ct);

        var tickets = await _customer.Tickets(booking);
        var reference = booking.Text("reference");
        Assert.Equal(
            [($"{reference}-1", "Vol", "issued"), ($"{reference}-2", "Vol", "issued"), ($"{reference}-3", "Kind", "issued")],
            tickets.Select(ticket => (ticket.Text("number"), ticket.Text("typeName"), ticket.Text("status"))));
        Assert.All(tickets, ticket => Assert.Equal(TicketCode.Length, ticket.Text("code").Length));
        Assert.Equal(3, tickets.Select(ticket => ticket.Text("code")).Distinct().Count());
        Assert.Equal(["issued"], await History(tickets[0]));
    }

    [Fact]
    public async Task Seats_stand_on_their_tickets()
    {
        var (venueId, planId) = await app.Hall();
        var show = await app.Show(capacity: null, venueId: venueId, seatingPlanId: planId);
        var booking = await (await _customer.Post("/api/v1/bookings", new
        {
            eventId = show.EventId,
            items = new[] { new { ticketTypeId = show.TypeId, quantity = 2, seats = new[] { 3, 2 } } },
        }, Ct)).IsOk<JsonElement>(System.Net.HttpStatusCode.Created, Ct);
        await app.Deliver(Ct);

        var seats = booking.GetProperty("items")[0].GetProperty("seats").EnumerateArray().Select(seat => seat.Text("label"));
        Assert.Equal(seats, (await _customer.Tickets(booking)).Select(ticket => ticket.Text("seat")));
    }

    [Fact]
    public async Task A_paid_booking_has_tickets_once_it_is_paid()
    {
        var show = await app.Show(types: [new { name = "Rang 1", price = Given.Price(1250) }]);
        var booking = await _customer.Booked(show, 2);
        await app.Deliver(Ct);
        Assert.Empty(await _customer.Tickets(booking));

        await (await _desk.Put($"/api/v1/bookings/{booking.Text("id")}/confirmation", new { }, Ct)).IsOk<JsonElement>(Ct);
        await app.Deliver(Ct);

        var tickets = await _customer.Tickets(booking);
        Assert.Equal([1250, 1250], tickets.Select(ticket => ticket.GetProperty("price").GetProperty("amount").GetInt32()));
    }

    [Fact]
    public async Task What_is_told_twice_or_in_two_batches_is_issued_once()
    {
        var show = await app.Show();
        var bookings = new List<JsonElement>();
        for (var i = 0; i < 3; i++) bookings.Add(await _customer.Booked(show, 2));
        var told = bookings.Select(one => new BookingConfirmed(one.Id(), show.EventId, show.SlotId, 2)).ToArray();

        await Issue([told[0], told[1], told[0]]);
        await Issue(told);
        await app.Deliver(Ct);

        foreach (var booking in bookings) Assert.Equal(2, (await _customer.Tickets(booking)).Length);
        Assert.Equal(3, await app.SystemDb.Everywhere.One<long>("""
            select count(*) from kernel.outbox where kind = 'tickets.issued' and body->>'bookingId' = any (@ids)
            """, new { ids = bookings.Select(one => one.Text("id")).ToArray() }, Ct));
    }

    [Fact]
    public async Task A_crash_before_the_commit_leaves_nothing_and_the_next_run_makes_all()
    {
        var booking = await _customer.Booked(await app.Show(), 2);
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Db.Transact(async tx =>
        {
            await IssueTickets.Handle([Told(booking)], tx, app.Services, Ct);
            throw new InvalidOperationException("Power failure.");
        }, Ct));
        Assert.Empty(await _customer.Tickets(booking));

        await app.Deliver(Ct);

        Assert.Equal(2, (await _customer.Tickets(booking)).Length);
    }

    [Fact]
    public async Task A_booking_cancelled_before_its_tickets_were_made_gets_none()
    {
        var booking = await _customer.Booked(await app.Show());
        await Cancel(booking);
        await app.Deliver(Ct);

        Assert.Empty(await _customer.Tickets(booking));
    }

    [Fact]
    public async Task A_cancellation_that_runs_into_the_issuing_waits_and_voids()
    {
        var booking = await _customer.Booked(await app.Show());
        await using var rival = await app.Rival();
        await rival.Run("""
            select 1 from ticketing.bookings where booking_id = @id for share
            """, new { id = booking.Id() });

        var cancelling = Cancel(booking);
        await rival.UntilSomeoneWaits();
        await app.SystemDb.As(TestCallers.Default).Transact(
            tx => IssueTickets.Handle([Told(booking)], tx, app.Services, Ct), Ct);
        await rival.Commit();
        await cancelling;

        Assert.Equal(["voided"], (await _customer.Tickets(booking)).Select(ticket => ticket.Text("status")));
    }

    [Fact]
    public async Task Tickets_of_a_cancelled_booking_are_void_and_lose_their_code()
    {
        var booking = await _customer.Booked(await app.Show(), 2);
        await app.Deliver(Ct);
        await Cancel(booking);

        var tickets = await _customer.Tickets(booking);
        Assert.All(tickets, ticket => Assert.Equal(("voided", null), (ticket.Text("status"), ticket.GetProperty("code").GetString())));
        Assert.Equal(["issued", "voided"], await History(tickets[0]));
    }

    [Fact]
    public async Task A_guest_sees_tickets_with_reference_and_address_and_nobody_without()
    {
        var booking = await app.Http.Booked(await app.Show(), holder: Given.Guest());
        await app.Deliver(Ct);
        var reference = booking.Text("reference");

        var mine = await (await app.Http.GetAsync($"/api/v1/bookings/{reference}/tickets?email=gast@example.org", Ct))
            .IsOk<JsonElement>(Ct);
        var one = await (await app.Http.GetAsync($"/api/v1/tickets/{reference.ToLowerInvariant()}-1?email=Gast@example.org", Ct))
            .IsOk<JsonElement>(Ct);

        Assert.Equal(mine[0].Text("code"), one.Text("code"));
        foreach (var path in (string[])[$"/api/v1/tickets/{reference}-1", $"/api/v1/tickets/{one.Text("id")}?email=ander@example.org"])
            await (await app.Http.GetAsync(path, Ct)).IsRefused(System.Net.HttpStatusCode.NotFound, "ticketing.ticket_not_found", Ct);
    }

    [Fact]
    public async Task Staff_who_only_read_bookings_see_tickets_without_their_codes()
    {
        var booking = await _customer.Booked(await app.Show());
        await app.Deliver(Ct);

        Assert.Null((await app.As(Roles.Door).Tickets(booking))[0].GetProperty("code").GetString());
        Assert.NotNull((await _desk.Tickets(booking))[0].GetProperty("code").GetString());
    }

    private Task Issue(BookingConfirmed[] told) =>
        app.Db.Transact(tx => IssueTickets.Handle(told, tx, app.Services, Ct), Ct);

    private static BookingConfirmed Told(JsonElement booking) =>
        new(booking.Id(), booking.GetProperty("eventId").GetGuid(), booking.GetProperty("slotId").GetGuid(), 1);

    private async Task Cancel(JsonElement booking) =>
        await (await _customer.Patch($"/api/v1/bookings/{booking.Text("id")}/cancel", new { }, Ct)).IsOk<JsonElement>(Ct);

    private Task<string[]> History(JsonElement ticket) => app.Db.Many<string>(
        "select action from ticketing.ticket_history where ticket_id = @id order by step", new { id = ticket.Id() }, Ct);
}
