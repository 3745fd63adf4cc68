using System.Net;
using System.Text.Json;
using Balie.Tests.Tickets;

namespace Balie.Tests.Pages;

/// <summary>The page to which the mail leads that offers somebody a ticket, and that on which they find it again.</summary>
public sealed class TransferPageTests(PostalProduct app) : IClassFixture<PostalProduct>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _desk = app.As(Roles.Support);
    private readonly string _friend = $"{Guid.CreateVersion7():n}@example.org";

    [Fact]
    public async Task An_offer_is_accepted_by_its_button_and_then_the_old_code_is_dead()
    {
        var (ticket, link) = await Offered();

        for (var twice = 0; twice < 2; twice++)
            (await app.Http.See(link)).Says("Gast heeft een kaart voor u", "Nachtconcert", "woensdag 1 juli 2026, 20.00 uur",
                "Aan te nemen tot", _friend, "Neem de kaart aan");
        Assert.Equal("issued", (await See(ticket)).Text("status"));
        var (path, secret) = Parts(link);
        var taken = await app.Http.Fill(path, ("secret", secret), ("name", "Vriendin"), ("email", "ander@example.org"));

        taken.Says("De kaart is van u", _friend, "Vriendin", "data:image/png;base64,");
        var now = await See(ticket);
        Assert.Equal(("transferred", 2, _friend), (now.Text("status"), now.Number("serial"), now.GetProperty("holder").Text("email")));
        Assert.NotEqual(ticket.Text("code"), now.Text("code"));
        await app.Http.Fetches("application/pdf", $"/tickets/{ticket.Text("number")}", ("email", _friend), ("do", "tickets"));

        var giver = await app.Http.Fill($"/bookings/{ticket.Text("bookingId")}", ("email", "gast@example.org"));
        giver.Says("Van iemand anders nu");
        giver.IsSilentOn("data:image/png");
        (await app.Http.See(link, HttpStatusCode.Conflict, "en")).Says("This ticket was accepted already", $"/tickets/{ticket.Text("id")}");
        (await app.Http.Fill(HttpStatusCode.Conflict, path, ("secret", secret), ("name", "Nog iemand"))).Says("al aangenomen");
    }

    [Fact]
    public async Task Whoever_was_given_a_ticket_finds_it_again_by_the_mail_and_nobody_else_does()
    {
        var (ticket, link) = await Offered();
        var (path, secret) = Parts(link);
        await app.Http.Fill(path, ("secret", secret), ("name", "Vriendin"));
        var found = await app.LinkTo("/tickets/", _friend);

        (await app.Http.See(found)).IsSilentOn("Nachtconcert", _friend);
        (await app.Http.Fill(found, ("email", _friend))).Says("Uw kaart voor Nachtconcert", "data:image/png;base64,", "Kaart als PDF");
        var wrong = await app.Http.Fill(HttpStatusCode.NotFound, found, ("email", "ander@example.org"));
        var unknown = await app.Http.Fill(HttpStatusCode.NotFound, "/tickets/ZZZZZZZZZZ-1", ("email", "ander@example.org"));
        Assert.Equal(unknown, wrong.Replace(ticket.Text("number"), "ZZZZZZZZZZ-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_is_asked_for_and_nothing_happens_without_one()
    {
        var (ticket, link) = await Offered();
        var (path, secret) = Parts(link);

        foreach (var name in (string[])["", "  ", new string('x', 201)])
            (await app.Http.Fill(HttpStatusCode.UnprocessableEntity, path, ("secret", secret), ("name", name)))
                .Says("Vul uw naam in", "aria-invalid=\"true\"", secret);
        Assert.Equal("issued", (await See(ticket)).Text("status"));
    }

    [Fact]
    public async Task An_offer_that_was_withdrawn_declined_or_lapsed_says_which()
    {
        var (withdrawn, first) = await Offered();
        await _desk.DeleteAsync($"/api/v1/tickets/{withdrawn.Text("id")}/transfers/{IdIn(first)}", Ct);
        var (_, second) = await Offered("tweede@example.org");
        await app.Http.Put($"/api/v1/transfers/{IdIn(second)}/refusal", new { secret = Parts(second).Secret }, Ct);
        var (_, third) = await Offered("derde@example.org");
        await app.Db.Run("update ticketing.ticket_transfers set expires_at = @Now where transfer_id = @id",
            new { id = IdIn(third), app.Db.Now }, Ct);

        foreach (var (link, words) in new[] { (first, "ingetrokken"), (second, "afgeslagen"), (third, "verlopen") })
        {
            (await app.Http.See(link, HttpStatusCode.Conflict)).Says($"Dit aanbod is {words}", "nieuwe link");
            var (path, secret) = Parts(link);
            (await app.Http.Fill(HttpStatusCode.Conflict, path, ("secret", secret), ("name", "Laat"))).Says(words);
        }
    }

    [Fact]
    public async Task A_wrong_secret_or_number_shows_nothing_of_the_ticket()
    {
        var (ticket, link) = await Offered();
        var path = Parts(link).Path;

        foreach (var wrong in (string[])[path, $"{path}?secret=geraden", $"/transfers/{Guid.CreateVersion7()}?secret=geraden"])
        {
            var page = await app.Http.See(wrong, HttpStatusCode.NotFound);
            page.Says("Deze link klopt niet", "Vraag de gever om een nieuwe");
            page.IsSilentOn("Nachtconcert", "Gast", _friend);
        }
        await app.Http.Fill(HttpStatusCode.NotFound, path, ("secret", "geraden"), ("name", "Dief"));
        Assert.Equal("issued", (await See(ticket)).Text("status"));
    }

    [Fact]
    public async Task A_ticket_that_was_used_meanwhile_cannot_be_accepted()
    {
        var (ticket, link) = await Offered();
        await app.Db.Run("update ticketing.tickets set status = 'checked_in' where ticket_id = @id", new { id = ticket.Id() }, Ct);
        var (path, secret) = Parts(link);

        (await app.Http.Fill(HttpStatusCode.Conflict, path, ("secret", secret), ("name", "Laat"))).Says("niet meer geldig");
    }

    private async Task<(JsonElement Ticket, string Link)> Offered(string? to = null)
    {
        var (_, tickets) = await app.Ticketed(app.Http, await app.Show(), holder: Given.Guest());
        await (await app.Http.Post($"/api/v1/tickets/{tickets[0].Text("id")}/transfers?email=gast@example.org",
            new { email = to ?? _friend }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        return (tickets[0], await app.LinkTo("/transfers/", to ?? _friend));
    }

    private static (string Path, string Secret) Parts(string link) =>
        link.Split("?secret=") is [var path, var secret] ? (path, Uri.UnescapeDataString(secret)) : (link, "");

    private static Guid IdIn(string link) => Guid.Parse(Parts(link).Path.Split('/')[^1]);

    private async Task<JsonElement> See(JsonElement ticket) =>
        await (await _desk.GetAsync($"/api/v1/tickets/{ticket.Text("id")}", Ct)).IsOk<JsonElement>(Ct);
}
