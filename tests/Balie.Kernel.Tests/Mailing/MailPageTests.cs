using static Balie.Kernel.MailBlock;

namespace Balie.Kernel.Tests.Mailing;

/// <summary>One layout for every mail: what people typed is shown, and never obeyed.</summary>
public sealed class MailPageTests
{
    private const string Payload = "<script>alert('x')</script><img src=x onerror=alert(1)>\" onload=\"x\r\nBcc: all@example.org";

    private static MailPage Page(string words) => new("nl", words, words,
    [
        new Paragraph(words), new Code(words), new Button(words, new Uri("https://example.org/?q=%22%3E%3Cscript%3E&b='x'")),
        new Facts([(words, words)]), new Sums([(words, words), (words, words)]),
    ]);

    [Fact]
    public void Nothing_that_a_person_typed_becomes_markup()
    {
        var html = Page(Payload).Html();

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\" onload", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_that_a_person_typed_begins_a_line_of_its_own()
    {
        var text = Page(Payload).Text();

        Assert.DoesNotContain(text.Split('\n'), line => line.StartsWith("Bcc:", StringComparison.Ordinal));
        Assert.DoesNotContain('\n', Page(Payload).To("jo@example.org", Payload).Subject);
    }

    [Fact]
    public void Both_faces_say_the_same()
    {
        var page = new MailPage("nl", "De Kleine Zaal", "Uw kaarten",
        [
            new Paragraph("Dag Zoë,"), new Facts([("Wanneer", "1 juli, 20.00 uur")]),
            new Sums([("Kaart", "€ 12,50"), ("Totaal", "€ 12,50")]), new Button("Bekijk", new Uri("https://example.org/b")),
        ]);

        Assert.Equal(
            "Dag Zoë,\n\nWanneer: 1 juli, 20.00 uur\n\nKaart: € 12,50\nTotaal: € 12,50\n\nBekijk:\nhttps://example.org/b\n\n"
                + "-- \nDe Kleine Zaal\n",
            page.Text());
        Assert.All(["Dag Zoë,", "1 juli, 20.00 uur", "<strong>€ 12,50</strong>", "href=\"https://example.org/b\"", "De Kleine Zaal",
            "lang=\"nl\"", "color-scheme", "width=device-width"], part => Assert.Contains(part, page.Html(), StringComparison.Ordinal));
    }
}
