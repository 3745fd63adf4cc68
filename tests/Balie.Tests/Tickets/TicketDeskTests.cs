using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Tests.Tickets;

/// <summary>What other modules are told of tickets.</summary>
public sealed class TicketDeskTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _customer = app.As(Roles.Customer);

    private ITickets Desk => app.Services.GetRequiredService<ITickets>();

    private async Task<IReadOnlyList<TicketFile>> Papers(Guid bookingId) =>
        (await Desk.Papers(TestCallers.Default, [new PapersWanted(bookingId, "nl")], Ct)).Values.SingleOrDefault() ?? [];

    [Fact]
    public async Task A_mail_learns_what_is_booked_when_and_where()
    {
        var (booking, tickets) = await app.Ticketed(app.Http, await app.Show(), 2, Given.Guest());

        var facts = Assert.Single(await Desk.See(TestCallers.Default, [booking.Id(), Guid.CreateVersion7()], Ct));

        Assert.Equal(("Nachtconcert", "on_sale", "gast@example.org"), (facts.Title, facts.EventStatus, facts.HolderEmail));
        Assert.Equal(new DateTimeOffset(2026, 7, 1, 18, 0, 0, TimeSpan.Zero), facts.StartsAt);
        Assert.Equal(tickets.Select(ticket => ticket.Text("number")), facts.Tickets.Select(ticket => ticket.Number));
        Assert.Empty(await Desk.See(Guid.CreateVersion7(), [booking.Id()], Ct));
    }

    [Fact]
    public async Task The_booker_is_never_sent_what_was_given_away()
    {
        var (booking, tickets) = await app.Ticketed(_customer, await app.Show());
        Assert.Equal(["tickets.pdf", $"{booking.Text("reference")}.ics"], (await Papers(booking.Id())).Select(file => file.Name));
        var path = $"/api/v1/tickets/{tickets[0].Text("id")}/transfers";
        var transfer = await (await _customer.Post(path, new { email = "v@example.org" }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var facts = await Desk.Transfer(TestCallers.Default, transfer.Id(), Ct);
        (await app.Http.Put($"/api/v1/transfers/{transfer.Text("id")}/acceptance", new { secret = facts?.Secret, name = "V" }, Ct))
            .EnsureSuccessStatusCode();

        Assert.Equal([$"{booking.Text("reference")}.ics"], (await Papers(booking.Id())).Select(file => file.Name));
        Assert.NotNull(await Desk.PdfOf(TestCallers.Default, [tickets[0].Id()], "en", Ct));
        Assert.Null(await Desk.Transfer(TestCallers.Default, transfer.Id(), Ct));
    }

    [Fact]
    public async Task Two_independent_readers_agree_about_a_bookings_calendar_entry()
    {
        var (booking, _) = await app.Ticketed(_customer, await app.Show());
        var file = (await Papers(booking.Id())).Single(file => file.ContentType.StartsWith("text/calendar", StringComparison.Ordinal));

        var read = JsonNode.Parse((await Tool.Node("read-calendar.mjs", file.Content)).Ok());

        foreach (var reader in (string[])["icaljs", "nodeical"])
        {
            var entry = Assert.Single(read?[reader]?.AsArray() ?? []);
            Assert.Equal($"{booking.Text("id")}@bookings.balie", entry?["uid"]?.GetValue<string>());
            Assert.Equal("Nachtconcert", entry?["summary"]?.GetValue<string>());
            Assert.Equal("2026-07-01T18:00:00.000Z", entry?["start"]?.GetValue<string>());
            Assert.Equal("2026-07-01T20:00:00.000Z", entry?["end"]?.GetValue<string>());
            Assert.Equal("CONFIRMED", entry?["status"]?.GetValue<string>());
        }
        Assert.Empty(await Papers(Guid.CreateVersion7()));
    }

    [Fact]
    public async Task Of_several_bookings_each_gets_its_own_papers_in_its_own_language()
    {
        var show = await app.Show();
        var (first, mine) = await app.Ticketed(_customer, show);
        var (second, theirs) = await app.Ticketed(app.Http, show, 2, Given.Guest());
        PapersWanted[] wanted = [new(first.Id(), "nl"), new(second.Id(), "en"), new(second.Id(), "nl"), new(Guid.CreateVersion7(), "nl")];

        var papers = await Desk.Papers(TestCallers.Default, wanted, Ct);

        Assert.Equal(wanted[..3], papers.Keys);
        (string[] Says, string[] IsSilentOn)[] each =
        [
            (["Ticketnummer", mine[0].Text("number")], [theirs[0].Text("number")]),
            (["Ticket number", .. theirs.Select(ticket => ticket.Text("number"))], [mine[0].Text("number")]),
            (["Ticketnummer", .. theirs.Select(ticket => ticket.Text("number"))], [mine[0].Text("number")]),
        ];
        foreach (var (one, (says, isSilentOn)) in wanted.Zip(each))
        {
            var text = (await Tool.Run("pdftotext", ["-", "-"], papers[one][0].Content)).Ok();
            Assert.All(says, word => Assert.Contains(word, text, StringComparison.Ordinal));
            Assert.All(isSilentOn, word => Assert.DoesNotContain(word, text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Tickets_that_nobody_came_with_expire_a_day_after_the_end()
    {
        var (booking, tickets) = await app.Ticketed(_customer, await app.Show(), 2);
        await app.Db.Run("update ticketing.tickets set status = 'checked_in' where ticket_id = @id", new { id = tickets[0].Id() }, Ct);
        await app.Db.Run("update ticketing.slots set starts_at = @past, ends_at = @past + interval '1 hour' where slot_id = @id",
            new { id = booking.GetProperty("slotId").GetGuid(), past = app.Clock.GetUtcNow() - TimeSpan.FromHours(26) }, Ct);

        await ExpireTickets.Run(app.SystemDb, app.Services, Ct);
        await ExpireTickets.Run(app.SystemDb, app.Services, Ct);

        Assert.Equal(["checked_in", "expired"], (await _customer.Tickets(booking)).Select(ticket => ticket.Text("status")));
        Assert.Equal(["issued", "expired"], await app.Db.Many<string>(
            "select action from ticketing.ticket_history where ticket_id = @id order by step", new { id = tickets[1].Id() }, Ct));
    }
}
