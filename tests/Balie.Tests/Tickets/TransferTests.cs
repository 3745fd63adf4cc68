using System.Net;
using System.Text.Json;
using Balie.Contracts.Ticketing;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Tests.Tickets;

public sealed class TransferTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _giver = app.As(Roles.Customer);
    private readonly HttpClient _desk = app.As(Roles.Support);
    private const string Friend = "vriend@example.org";

    [Fact]
    public async Task An_accepted_ticket_is_somebody_elses_and_the_old_code_is_dead()
    {
        var (booking, tickets) = await app.Ticketed(_giver, await app.Show());
        var (ticketId, oldCode) = (tickets[0].Text("id"), tickets[0].Text("code"));
        var transfer = await Offer(ticketId);
        var secret = await Secret(transfer);

        var offer = await (await app.Http.GetAsync($"/api/v1/transfers/{transfer.Text("id")}?secret={secret}", Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal(("Nachtconcert", Friend), (offer.Text("title"), offer.Text("email")));
        var taken = await (await Accept(transfer, secret)).IsOk<JsonElement>(Ct);

        Assert.Equal(("transferred", 2, "Vriendin"),
            (taken.Text("status"), taken.Number("serial"), taken.GetProperty("holder").Text("name")));
        Assert.NotEqual(oldCode, taken.Text("code"));
        var seenByGiver = (await _giver.Tickets(booking))[0];
        Assert.Equal(("transferred", null), (seenByGiver.Text("status"), seenByGiver.GetProperty("code").GetString()));
        await (await _giver.GetAsync($"/api/v1/tickets/{ticketId}/qr.png", Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.ticket_not_yours", Ct);
        var seenByFriend = await (await app.Http.GetAsync($"/api/v1/tickets/{tickets[0].Text("number")}?email={Friend}", Ct))
            .IsOk<JsonElement>(Ct);
        Assert.Equal(taken.Text("code"), seenByFriend.Text("code"));
        await (await Accept(transfer, secret)).IsRefused(HttpStatusCode.Conflict, "ticketing.transfer_ended", Ct);
        Assert.Equal(["issued", "transferred"], await History(ticketId));
    }

    [Fact]
    public async Task A_wrong_secret_opens_nothing_and_tells_nothing()
    {
        var (_, tickets) = await app.Ticketed(_giver, await app.Show());
        var transfer = await Offer(tickets[0].Text("id"));

        await (await Accept(transfer, "geraden")).IsRefused(HttpStatusCode.NotFound, "ticketing.transfer_not_found", Ct);
        await (await app.Http.GetAsync($"/api/v1/transfers/{transfer.Text("id")}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.transfer_not_found", Ct);
        await (await app.Http.Put($"/api/v1/transfers/{transfer.Text("id")}/refusal", new { secret = "geraden" }, Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.transfer_not_found", Ct);
        Assert.Equal("issued", (await See(tickets[0])).Text("status"));
    }

    [Fact]
    public async Task Of_many_who_follow_one_link_at_once_one_gets_the_ticket()
    {
        var (_, tickets) = await app.Ticketed(_giver, await app.Show());
        var transfer = await Offer(tickets[0].Text("id"));
        var secret = await Secret(transfer);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Accept(transfer, secret)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        foreach (var late in answers.Where(answer => answer.StatusCode != HttpStatusCode.OK))
            await late.IsRefused(HttpStatusCode.Conflict, "ticketing.transfer_ended", Ct);
        Assert.Equal(2, (await See(tickets[0])).Number("serial"));
    }

    [Fact]
    public async Task An_acceptance_waits_for_a_withdrawal_that_came_first_and_then_finds_nothing()
    {
        var (_, tickets) = await app.Ticketed(_giver, await app.Show());
        var transfer = await Offer(tickets[0].Text("id"));
        var secret = await Secret(transfer);
        await using var rival = await app.Rival();
        await rival.Run("select 1 from ticketing.tickets where ticket_id = @id for update", new { id = tickets[0].Id() });
        await rival.Run("""
            update ticketing.ticket_transfers set status = 'withdrawn', ended_at = offered_at where transfer_id = @id
            """, new { id = transfer.Id() });

        var accepting = Accept(transfer, secret);
        await rival.UntilSomeoneWaits();
        await rival.Commit();

        await (await accepting).IsRefused(HttpStatusCode.Conflict, "ticketing.transfer_ended", Ct);
    }

    [Fact]
    public async Task A_ticket_used_at_the_door_meanwhile_cannot_be_accepted()
    {
        var (_, tickets) = await app.Ticketed(_giver, await app.Show());
        var transfer = await Offer(tickets[0].Text("id"));
        await using var rival = await app.Rival();
        await rival.Run("update ticketing.tickets set status = 'checked_in' where ticket_id = @id", new { id = tickets[0].Id() });

        var accepting = Accept(transfer, await Secret(transfer));
        await rival.UntilSomeoneWaits();
        await rival.Commit();

        await (await accepting).IsRefused(HttpStatusCode.Conflict, "ticketing.ticket_closed", Ct);
    }

    [Fact]
    public async Task An_offer_can_be_withdrawn_declined_and_made_again_but_not_twice_at_once()
    {
        var (_, tickets) = await app.Ticketed(_giver, await app.Show());
        var path = $"/api/v1/tickets/{tickets[0].Text("id")}/transfers";
        var first = await Offer(tickets[0].Text("id"));
        await (await _giver.Post(path, new { email = "ander@example.org" }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.transfer_pending", Ct);

        for (var twice = 0; twice < 2; twice++)
            (await _giver.DeleteAsync($"{path}/{first.Text("id")}", Ct)).EnsureSuccessStatusCode();
        await (await Accept(first, await Secret(first))).IsRefused(HttpStatusCode.Conflict, "ticketing.transfer_ended", Ct);
        var second = await Offer(tickets[0].Text("id"));
        (await app.Http.Put($"/api/v1/transfers/{second.Text("id")}/refusal", new { secret = await Secret(second) }, Ct))
            .EnsureSuccessStatusCode();

        var all = await (await _giver.GetAsync(path, Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal(["declined", "withdrawn"], all.EnumerateArray().Select(one => one.Text("status")).Order());
        Assert.Equal(("issued", 1), ((await See(tickets[0])).Text("status"), (await See(tickets[0])).Number("serial")));
    }

    [Fact]
    public async Task An_offer_lapses_by_the_clock_before_any_job_ran()
    {
        var (_, tickets) = await app.Ticketed(_giver, await app.Show());
        var transfer = await Offer(tickets[0].Text("id"));
        var secret = await Secret(transfer);
        await app.Db.Run("update ticketing.ticket_transfers set expires_at = @Now where transfer_id = @id",
            new { id = transfer.Id(), app.Db.Now }, Ct);

        await (await Accept(transfer, secret)).IsRefused(HttpStatusCode.Conflict, "ticketing.transfer_ended", Ct);
        await Offer(tickets[0].Text("id"));
    }

    [Fact]
    public async Task Nothing_is_given_away_shortly_before_the_start_but_by_the_desk()
    {
        // The test clock stands at noon on 1 January, 13:00 in Amsterdam: this starts an hour later.
        var show = await app.Show(startsLocal: "2026-01-01T17:00:00", endsLocal: "2026-01-01T19:00:00");
        var (_, tickets) = await app.Ticketed(_giver, show);
        await app.Db.Run("update ticketing.slots set starts_at = starts_at - interval '3 hours' where slot_id = @SlotId", show, Ct);
        var path = $"/api/v1/tickets/{tickets[0].Text("id")}/transfers";

        await (await _giver.Post(path, new { email = Friend }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.transfer_closed", Ct);
        await (await _desk.Post(path, new { email = Friend }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
    }

    [Fact]
    public async Task A_ticket_changes_hands_as_often_as_the_organiser_allows()
    {
        var (_, tickets) = await app.Ticketed(_giver, await app.Show());
        var id = tickets[0].Text("id");
        for (var hand = 1; hand <= 3; hand++)
        {
            var transfer = await (await _desk.Post($"/api/v1/tickets/{id}/transfers", new { email = $"hand{hand}@example.org" }, Ct))
                .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
            await (await Accept(transfer, await Secret(transfer))).IsOk<JsonElement>(Ct);
        }

        await (await app.Http.Post($"/api/v1/tickets/{id}/transfers?email=hand3@example.org", new { email = Friend }, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.transfer_limit", Ct);
        Assert.Equal(4, (await See(tickets[0])).Number("serial"));
    }

    [Fact]
    public async Task Only_the_holder_offers_and_to_somebody_else()
    {
        var (_, tickets) = await app.Ticketed(app.Http, await app.Show(), holder: Given.Guest());
        var path = $"/api/v1/tickets/{tickets[0].Text("id")}/transfers";

        await (await app.As(Roles.Customer, Guid.CreateVersion7()).Post(path, new { email = Friend }, Ct))
            .IsRefused(HttpStatusCode.NotFound, "ticketing.ticket_not_found", Ct);
        await (await app.Http.Post($"{path}?email=gast@example.org", new { email = "GAST@example.org" }, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "ticketing.transfer_to_self", Ct);
        await (await app.Http.Post($"{path}?email=gast@example.org", new { email = "geen adres" }, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
        await (await app.Http.Post($"{path}?email=gast@example.org", new { email = Friend }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
    }

    [Fact]
    public async Task A_lost_code_is_replaced_and_the_old_one_and_open_offers_die_with_it()
    {
        var (_, tickets) = await app.Ticketed(_giver, await app.Show());
        var transfer = await Offer(tickets[0].Text("id"));
        var secret = await Secret(transfer);

        var again = await (await _giver.Post($"/api/v1/tickets/{tickets[0].Text("id")}/codes", new { reason = "Telefoon kwijt" }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);

        Assert.Equal((2, "issued"), (again.Number("serial"), again.Text("status")));
        Assert.NotEqual(tickets[0].Text("code"), again.Text("code"));
        await (await Accept(transfer, secret)).IsRefused(HttpStatusCode.Conflict, "ticketing.transfer_ended", Ct);
    }

    [Fact]
    public async Task A_new_name_keeps_the_code_and_a_new_address_does_not()
    {
        var (_, tickets) = await app.Ticketed(_giver, await app.Show());
        var path = $"/api/v1/tickets/{tickets[0].Text("id")}/holder";

        var renamed = await (await _giver.Put(path, new { name = "Mijn zus" }, Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal((tickets[0].Text("code"), "Mijn zus"), (renamed.Text("code"), renamed.GetProperty("holder").Text("name")));
        await (await _giver.Put(path, new { name = "Zus", email = Friend }, Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);

        var moved = await (await _desk.Put(path, new { name = "Zus", email = Friend }, Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal((2, Friend), (moved.Number("serial"), moved.GetProperty("holder").Text("email")));
        Assert.Null((await See(tickets[0], _giver)).GetProperty("code").GetString());
        Assert.Equal(["issued", "renamed", "holder_changed"], await History(tickets[0].Text("id")));
    }

    [Fact]
    public async Task The_desk_voids_one_ticket_with_a_reason_and_nothing_brings_it_back()
    {
        var (booking, tickets) = await app.Ticketed(_giver, await app.Show(), 2);
        var path = $"/api/v1/tickets/{tickets[0].Text("id")}";

        await (await _giver.Put($"{path}/voiding", new { reason = "Zomaar" }, Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await _desk.Put($"{path}/voiding", new { reason = " " }, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
        for (var twice = 0; twice < 2; twice++)
            await (await _desk.Put($"{path}/voiding", new { reason = "Misbruik" }, Ct)).IsOk<JsonElement>(Ct);

        await (await _desk.Post($"{path}/codes", new { }, Ct)).IsRefused(HttpStatusCode.Conflict, "ticketing.ticket_closed", Ct);
        Assert.Equal(["voided", "issued"], (await _giver.Tickets(booking)).Select(ticket => ticket.Text("status")));
        var history = await (await _desk.GetAsync($"{path}/history", Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal(["issued", "voided"], history.EnumerateArray().Select(line => line.Text("action")));
        Assert.Equal("Misbruik", history[1].Text("reason"));
    }

    [Fact]
    public async Task My_tickets_are_those_I_have_now()
    {
        var (me, friend) = (app.As(Roles.Customer, Guid.CreateVersion7()), app.As(Roles.Customer, Guid.CreateVersion7()));
        var (_, tickets) = await app.Ticketed(me, await app.Show(), 2);
        var transfer = await (await me.Post($"/api/v1/tickets/{tickets[0].Text("id")}/transfers", new { email = Friend }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        await (await Accept(transfer, await Secret(transfer), friend)).IsOk<JsonElement>(Ct);

        async Task<string[]> Mine(HttpClient client) =>
        [
            .. (await (await client.GetAsync("/api/v1/tickets", Ct)).IsOk<JsonElement>(Ct)).EnumerateArray().Select(one => one.Text("id")),
        ];
        Assert.Equal([tickets[1].Text("id")], await Mine(me));
        Assert.Equal([tickets[0].Text("id")], await Mine(friend));
    }

    private async Task<JsonElement> Offer(string ticketId) =>
        await (await _giver.Post($"/api/v1/tickets/{ticketId}/transfers", new { email = Friend }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);

    private Task<HttpResponseMessage> Accept(JsonElement transfer, string secret, HttpClient? by = null) =>
        (by ?? app.Http).Put($"/api/v1/transfers/{transfer.Text("id")}/acceptance", new { secret, name = "Vriendin" }, Ct);

    /// <summary>What stands in the mail.</summary>
    private async Task<string> Secret(JsonElement transfer) =>
        (await app.Services.GetRequiredService<ITickets>().Transfer(TestCallers.Default, transfer.Id(), Ct))?.Secret ?? "";

    private async Task<JsonElement> See(JsonElement ticket, HttpClient? by = null) =>
        await (await (by ?? _desk).GetAsync($"/api/v1/tickets/{ticket.Text("id")}", Ct)).IsOk<JsonElement>(Ct);

    private Task<string[]> History(string ticketId) => app.Db.Many<string>(
        "select action from ticketing.ticket_history where ticket_id = @id order by step", new { id = Guid.Parse(ticketId) }, Ct);
}
