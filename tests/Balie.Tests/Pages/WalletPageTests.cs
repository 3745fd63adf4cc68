using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Balie.Contracts.Ticketing;
using Balie.Tests.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Tests.Pages;

/// <summary>On the pages of tickets, what saves them to the wallets of phones, where that is set up.</summary>
public sealed partial class WalletPageTests(WalletProduct app) : IClassFixture<WalletProduct>
{
    private const string Email = "gast@example.org";
    private const string Friend = "vriend@example.org";

    private static CancellationToken Ct => Product.Ct;

    [Fact]
    public async Task One_ticket_goes_to_either_wallet_from_its_own_page_and_from_its_bookings()
    {
        var (booking, tickets) = await app.Ticketed(app.Http, await app.Show(), holder: Given.Guest());

        foreach (var path in (string[])[$"/tickets/{tickets[0].Text("number")}", $"/bookings/{booking.Text("reference")}"])
        {
            var page = await app.Http.Fill(path, ("email", Email));

            page.Says("Voeg toe aan Apple Wallet");
            Assert.Equal([tickets[0].Text("code")], await Saved(page));
            (await Read(path, "en")).Says("Add to Apple Wallet", "Add to Google Wallet");
        }
        await app.Http.Fetches(
            "application/vnd.apple.pkpass", $"/tickets/{tickets[0].Text("number")}", ("email", Email), ("do", "wallet"));
    }

    [Fact]
    public async Task Of_several_tickets_each_has_its_own_link_but_those_that_were_given_away()
    {
        var (booking, tickets) = await app.Ticketed(app.Http, await app.Show(), 3, Given.Guest());
        var path = $"/bookings/{booking.Text("reference")}";
        var before = await Saved(await app.Http.Fill(path, ("email", Email)));
        var transfer = await (await app.Http.Post($"/api/v1/tickets/{tickets[1].Text("id")}/transfers?email={Email}",
            new { email = Friend }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var facts = await app.Services.GetRequiredService<ITickets>().Transfer(TestCallers.Default, transfer.Id(), Ct);

        var taken = await app.Http.Fill($"/transfers/{transfer.Text("id")}", ("secret", facts?.Secret ?? ""), ("name", "Vriend"));
        var after = await app.Http.Fill(path, ("email", Email));

        Assert.Equal(tickets.Select(ticket => ticket.Text("code")), before);
        Assert.Equal([tickets[0].Text("code"), tickets[2].Text("code")], await Saved(after));
        Assert.DoesNotContain(tickets[1].Text("code"), Assert.Single(await Saved(taken)), StringComparison.Ordinal);
        await app.Http.Fetches("application/vnd.apple.pkpasses", path, ("email", Email), ("do", "wallet"));
    }

    [Fact]
    public async Task A_used_ticket_is_not_saved()
    {
        var (booking, tickets) = await app.Ticketed(app.Http, await app.Show(), holder: Given.Guest());
        await app.Db.Run("update ticketing.tickets set status = 'checked_in' where ticket_id = @id", new { id = tickets[0].Id() }, Ct);

        foreach (var path in (string[])[$"/tickets/{tickets[0].Text("number")}", $"/bookings/{booking.Text("reference")}"])
            (await app.Http.Fill(path, ("email", Email))).IsSilentOn("Wallet", "pay.google.com");
    }

    private Task<string> Read(string path, string language) => app.Http.Read(
        new HttpRequestMessage(HttpMethod.Post, path) { Content = PageWords.FormOf(("email", Email)) }, HttpStatusCode.OK, language);

    /// <summary>The codes of the tickets that a page's links save, whose signatures somebody else has verified.</summary>
    private async Task<string[]> Saved(string page)
    {
        var codes = new List<string>();
        foreach (Match link in Links().Matches(page))
        {
            var input = new { key = app.Keys.GoogleKey, token = link.Groups[1].Value };
            var claims = JsonDocument.Parse((await Tool.Node("verify-jwt.mjs", JsonSerializer.SerializeToUtf8Bytes(input))).Ok())
                .RootElement.GetProperty("claims");
            codes.Add(claims.GetProperty("payload").GetProperty("eventTicketObjects")[0].GetProperty("barcode").Text("value"));
        }
        return [.. codes];
    }

    [GeneratedRegex("href=\"https://pay\\.google\\.com/gp/v/save/([^\"]+)\">Voeg toe aan Google Wallet<")]
    private static partial Regex Links();
}

/// <summary>An installation without wallets, as every one begins.</summary>
public sealed class NoWalletPageTests(Product app) : IClassFixture<Product>
{
    [Fact]
    public async Task Without_a_wallet_no_page_speaks_of_one()
    {
        var (booking, tickets) = await app.Ticketed(app.Http, await app.Show(), 2, Given.Guest());

        foreach (var path in (string[])[$"/tickets/{tickets[0].Text("number")}", $"/bookings/{booking.Text("reference")}"])
            (await app.Http.Fill(path, ("email", "gast@example.org"))).IsSilentOn("Wallet", "pay.google.com");
    }
}
