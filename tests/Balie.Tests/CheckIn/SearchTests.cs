using System.Net;
using System.Text.Json;
using Balie.Contracts.Ticketing;
using Balie.Tests.Tickets;
using Balie.Ticketing.CheckIn;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Balie.Tests.CheckIn;

public sealed class SearchTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;

    [Theory, InlineData("anna@example.org"), InlineData("ANNA@EXAMPLE.ORG"), InlineData(" aNNa@example.ORG ")]
    public async Task An_address_is_found_whatever_its_case(string typed)
    {
        var show = await app.OpenShow();
        var (booking, tickets) = await app.Ticketed(app.Http, show, 2, new { name = "Anna de Vries", email = "Anna@Example.org" });
        await app.Ticketed(app.Http, show, 1, new { name = "Hanna", email = "hanna@example.org" });

        var found = await Search(show, typed);

        Assert.Equal(tickets.Select(ticket => ticket.Text("number")), found.Select(one => one.Text("number")));
        var ofGuest = await (await app.Http.GetAsync(
            $"/api/v1/bookings/{booking.Text("reference")}?email={Uri.EscapeDataString(typed.Trim())}", Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal(booking.Id(), ofGuest.Id());
        var ofHolder = await (await app.Http.GetAsync(
            $"/api/v1/tickets/{tickets[0].Text("number")}?email={Uri.EscapeDataString(typed.Trim())}", Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal(tickets[0].Text("code"), ofHolder.Text("code"));
    }

    [Fact]
    public async Task Of_a_booking_a_friends_address_finds_the_ticket_that_they_were_given()
    {
        var show = await app.OpenShow();
        var (_, tickets) = await app.Ticketed(app.Http, show, 2, new { name = "Gul", email = "gul@example.org" });
        var transfer = await (await app.Http.Post($"/api/v1/tickets/{tickets[1].Text("id")}/transfers?email=gul@example.org",
            new { email = "Vriend@example.org" }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var facts = await app.Services.GetRequiredService<ITickets>().Transfer(TestCallers.Default, transfer.Id(), Ct);
        await (await app.Http.Put($"/api/v1/transfers/{transfer.Text("id")}/acceptance",
            new { secret = facts?.Secret, name = "Vriend" }, Ct)).IsOk<JsonElement>(Ct);

        Assert.Equal([tickets[1].Text("number")], (await Search(show, "vriend@EXAMPLE.org")).Select(one => one.Text("number")));
        Assert.Equal(2, (await Search(show, "GUL@example.org")).Length);
        Assert.Empty(await Search(show, "@example.org"));
    }

    [Fact]
    public async Task However_many_come_an_address_is_looked_up_in_an_index()
    {
        var show = await app.OpenShow(capacity: 5_000);
        var (booking, _) = await app.Ticketed(app.Http, show, 1, Given.Guest());
        await app.Db.Run(CopyBooking, new { id = booking.Id() }, Ct);
        await app.Db.Run(CopyTicket, new { id = booking.Id() }, Ct);
        await using var owner = new NpgsqlConnection(app.ConnectionString);
        await owner.ExecuteAsync("analyze ticketing.bookings, ticketing.tickets");

        var plan = string.Join('\n', await app.Db.Many<string>("explain " + SearchTickets.SelectByEmail,
            new { eventIds = (Guid[])[show.EventId], email = "GAST@example.org", mostFound = 50 }, Ct));

        Assert.Contains("bookings_by_email", plan, StringComparison.Ordinal);
        Assert.Contains("tickets_by_email", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    private async Task<JsonElement[]> Search(Show show, string q) =>
        [.. (await (await app.As(Roles.Door).GetAsync($"/api/v1/checkins/search?eventId={show.EventId}&q={Uri.EscapeDataString(q)}", Ct))
            .IsOk<JsonElement>(Ct)).EnumerateArray()];

    private const string CopyBooking = """
        insert into ticketing.bookings (
            org_id, booking_id, reference, event_id, slot_id, holder_name, holder_email, status, total_minor, currency, created_at,
            updated_at)
        select org_id, gen_random_uuid(), 'COPIED' || n, event_id, slot_id, holder_name, 'gast' || n || '@example.org', status,
            total_minor, currency, created_at, updated_at
        from ticketing.bookings, generate_series(1, 4000) as n
        where booking_id = @id
        """;

    private const string CopyTicket = """
        insert into ticketing.tickets (
            org_id, ticket_id, booking_id, line, position, number, event_id, slot_id, ticket_type_id, type_name, price_minor, currency,
            holder_name, holder_email, status, code, secret, issued_at, updated_at)
        select copy.org_id, gen_random_uuid(), copy.booking_id, line, position, copy.reference || '-NUMBER', copy.event_id, copy.slot_id,
            ticket_type_id, type_name, price_minor, copy.currency, copy.holder_name, copy.holder_email, ticket.status, code, secret,
            issued_at, copy.updated_at
        from ticketing.tickets as ticket
        join ticketing.bookings as copy on copy.event_id = ticket.event_id and copy.booking_id <> ticket.booking_id
        where ticket.booking_id = @id
        """;
}
