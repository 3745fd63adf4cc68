using System.Net;
using System.Text.Json;

namespace Balie.Tests.Tickets;

/// <summary>QR codes and PDFs, read back by two programs that are not ours.</summary>
public sealed class QrTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _customer = app.As(Roles.Customer);

    [Fact]
    public async Task Two_independent_readers_find_the_code_in_the_png()
    {
        var (_, tickets) = await app.Ticketed(_customer, await app.Show());
        var png = await _customer.GetByteArrayAsync($"/api/v1/tickets/{tickets[0].Text("id")}/qr.png", Ct);

        Assert.Equal([tickets[0].Text("code")], await Zbar(png));
        Assert.Equal(tickets[0].Text("code"), (await Tool.Node("read-qr.mjs", png)).Ok());
    }

    [Fact]
    public async Task The_svg_is_one_picture_with_a_name()
    {
        var (_, tickets) = await app.Ticketed(_customer, await app.Show());
        var answer = await _customer.GetAsync($"/api/v1/tickets/{tickets[0].Text("id")}/qr.svg", Ct);

        Assert.Equal("image/svg+xml", answer.Content.Headers.ContentType?.MediaType);
        var svg = System.Xml.Linq.XDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        Assert.Contains(tickets[0].Text("number"), svg.ToString(), StringComparison.Ordinal);
        // Version 6 and its quiet margin: what fits in the dense mode and no more.
        Assert.Equal("0 0 49 49", svg.Root?.Attribute("viewBox")?.Value);
    }

    [Fact]
    public async Task A_pdf_has_a_page_per_ticket_that_both_readers_can_scan()
    {
        var (booking, tickets) = await app.Ticketed(_customer, await app.Show(), 3);
        using var folder = new TempFolder();
        await Save(folder, await _customer.GetByteArrayAsync($"/api/v1/bookings/{booking.Text("id")}/tickets.pdf", Ct));

        (await Tool.Run("pdftoppm", ["-r", "100", "-png", In(folder, "tickets.pdf"), In(folder, "page")])).Ok();

        var pages = Directory.GetFiles(folder.Path, "page*.png").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(3, pages.Length);
        for (var i = 0; i < pages.Length; i++)
        {
            var page = await File.ReadAllBytesAsync(pages[i], Ct);
            Assert.Equal([tickets[i].Text("code")], await Zbar(page));
            Assert.Equal(tickets[i].Text("code"), (await Tool.Node("read-qr.mjs", page)).Ok());
        }
    }

    [Fact]
    public async Task A_pdf_is_tagged_titled_and_says_in_the_readers_language_what_is_on_it()
    {
        var show = await app.Show(types: [new { name = "Früh & Spät – Ελλάδα", price = Given.Price(0) }]);
        var (_, tickets) = await app.Ticketed(_customer, show);
        using var folder = new TempFolder();
        var path = $"/api/v1/tickets/{tickets[0].Text("number")}/ticket.pdf";

        (string, string[])[] languages =
        [
            ("nl", ["woensdag 1 juli 2026, 20:00–22:00", "Ticketnummer"]),
            ("en", ["Wednesday 1 July 2026, 20:00–22:00", "Ticket number"]),
        ];
        foreach (var (locale, words) in languages)
        {
            await Save(folder, await _customer.GetByteArrayAsync($"{path}?locale={locale}", Ct));
            var facts = (await Tool.Run("pdfinfo", [In(folder, "tickets.pdf")])).Ok();
            var text = (await Tool.Run("pdftotext", ["-layout", In(folder, "tickets.pdf"), "-"])).Ok();
            var structure = (await Tool.Run("pdfinfo", ["-struct", In(folder, "tickets.pdf")])).Ok();
            var fonts = (await Tool.Run("pdffonts", [In(folder, "tickets.pdf")])).Ok();

            Assert.Matches(@"Tagged:\s+yes", facts);
            Assert.Matches(@"Page size:.*A4", facts);
            Assert.Matches($@"Title:\s+Ticket {tickets[0].Text("number")}: Nachtconcert", facts);
            Assert.All((string[])[.. words, "Nachtconcert", "Früh & Spät – Ελλάδα", tickets[0].Text("number")],
                word => Assert.Contains(word, text, StringComparison.Ordinal));
            Assert.Contains("H1", structure, StringComparison.Ordinal);
            Assert.Contains("Figure", structure, StringComparison.Ordinal);
            Assert.All(fonts.Split('\n')[2..^1], font => Assert.Matches(@"CID TrueType\s+Identity-H\s+yes yes yes", font));
        }
    }

    [Fact]
    public async Task What_opens_no_door_for_me_is_not_printed()
    {
        var (booking, tickets) = await app.Ticketed(_customer, await app.Show());
        var stranger = app.As(Roles.Customer, Guid.CreateVersion7());
        foreach (var file in (string[])["qr.png", "qr.svg", "ticket.pdf"])
            await (await stranger.GetAsync($"/api/v1/tickets/{tickets[0].Text("id")}/{file}", Ct))
                .IsRefused(HttpStatusCode.NotFound, "ticketing.ticket_not_found", Ct);

        await (await _customer.Patch($"/api/v1/bookings/{booking.Text("id")}/cancel", new { }, Ct)).IsOk<JsonElement>(Ct);

        await (await _customer.GetAsync($"/api/v1/tickets/{tickets[0].Text("id")}/qr.png", Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.ticket_closed", Ct);
        await (await _customer.GetAsync($"/api/v1/bookings/{booking.Text("id")}/tickets.pdf", Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.no_tickets", Ct);
    }

    private static async Task<string[]> Zbar(byte[] png)
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(In(folder, "code.png"), png, Ct);
        return (await Tool.Run("zbarimg", ["--quiet", "--raw", In(folder, "code.png")])).Ok()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static Task Save(TempFolder folder, byte[] pdf) => File.WriteAllBytesAsync(In(folder, "tickets.pdf"), pdf, Ct);

    private static string In(TempFolder folder, string name) => Path.Combine(folder.Path, name);
}
