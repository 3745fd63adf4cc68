using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Balie.Kernel;

/// <summary>A piece of what a mail says. Whoever writes a mail gives words only: no markup, so nothing is escaped by hand.</summary>
public abstract record MailBlock
{
    private MailBlock()
    {
    }

    public sealed record Paragraph(string Words) : MailBlock;

    /// <summary>A code to type over, large.</summary>
    public sealed record Code(string Value) : MailBlock;

    /// <summary>A link to press; text readers get the address.</summary>
    public sealed record Button(string Label, Uri Address) : MailBlock;

    /// <summary>What is called what: when, where, how many.</summary>
    public sealed record Facts(IReadOnlyList<(string Label, string Value)> Rows) : MailBlock;

    /// <summary>Amounts under each other, the last of which counts.</summary>
    public sealed record Sums(IReadOnlyList<(string Label, string Amount)> Rows) : MailBlock;
}

/// <summary>
/// What a mail says, and the one layout that all our mails have: as text, and as a page with inline styles that reads on a telephone
/// and, because it sets no colours of paper and ink, in the dark.
/// </summary>
/// <param name="Locale">The language it is written in, such as <c>nl</c>.</param>
/// <param name="Sender">The organisation's name; empty where the installation itself speaks.</param>
public sealed record MailPage(string Locale, string Sender, string Title, IReadOnlyList<MailBlock> Blocks)
{
    private const string Page = "max-width:36em;margin:0 auto;padding:24px 16px;"
        + "font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
    private const string Quiet = "margin:0 0 16px;font-size:14px;opacity:.75";
    private const string Heading = "margin:0 0 16px;font-size:22px;line-height:1.3";
    private const string Plain = "margin:0 0 16px";
    private const string Large = "margin:0 0 16px;font:700 28px/1.3 ui-monospace,Menlo,Consolas,monospace;letter-spacing:.15em";
    private const string Pressed = "display:inline-block;padding:12px 20px;border-radius:6px;background:#1d4ed8;color:#ffffff;"
        + "font-weight:600;text-decoration:none";
    private const string Table = "width:100%;margin:0 0 16px;border-collapse:collapse";
    private const string Cell = "padding:6px 8px 6px 0;text-align:left;vertical-align:top;border-bottom:1px solid #88888855";
    private const string AmountCell = "padding:6px 0;text-align:right;vertical-align:top;white-space:nowrap;"
        + "border-bottom:1px solid #88888855";

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>As a mail to one person, with both faces.</summary>
    public Mail To(string recipient, string subject) => new(recipient, OneLine(subject), Text()) { Html = Html() };

    public string Text()
    {
        var text = new StringBuilder();
        foreach (var block in Blocks) text.Append(TextOf(block)).Append("\n\n");
        return Sender.Length == 0 ? text.ToString().TrimEnd() + "\n" : text.Append("-- \n").Append(OneLine(Sender)).Append('\n').ToString();
    }

    public string Html()
    {
        var page = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"{Safe(Locale)}\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"supported-color-schemes\" content=\"light dark\">\n")
            .Append(CultureInfo.InvariantCulture, $"<title>{Safe(Title)}</title>\n</head>\n<body style=\"margin:0\">\n")
            .Append(CultureInfo.InvariantCulture, $"<div style=\"{Page}\">\n");
        if (Sender.Length > 0) page.Append(CultureInfo.InvariantCulture, $"<p style=\"{Quiet}\">{Safe(Sender)}</p>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1 style=\"{Heading}\">{Safe(Title)}</h1>\n");
        foreach (var block in Blocks) page.Append(HtmlOf(block)).Append('\n');
        return page.Append("</div>\n</body>\n</html>\n").ToString();
    }

    private static string TextOf(MailBlock block) => block switch
    {
        MailBlock.Paragraph paragraph => OneLine(paragraph.Words),
        MailBlock.Code code => $"    {OneLine(code.Value)}",
        MailBlock.Button button => $"{OneLine(button.Label)}:\n{button.Address.AbsoluteUri}",
        MailBlock.Facts facts => Lines(facts.Rows),
        MailBlock.Sums sums => Lines(sums.Rows),
        _ => throw new InvalidOperationException($"Unknown block {block.GetType().Name}."),
    };

    private static string HtmlOf(MailBlock block) => block switch
    {
        MailBlock.Paragraph paragraph => $"<p style=\"{Plain}\">{Safe(paragraph.Words)}</p>",
        MailBlock.Code code => $"<p style=\"{Large}\">{Safe(code.Value)}</p>",
        MailBlock.Button button =>
            $"<p style=\"{Plain}\">\n<a href=\"{Safe(button.Address.AbsoluteUri)}\"\nstyle=\"{Pressed}\">{Safe(button.Label)}</a></p>",
        MailBlock.Facts facts => Rows(facts.Rows, (row, _) =>
            $"<tr><th scope=\"row\" style=\"{Cell}\">{Safe(row.Label)}</th>\n<td style=\"{Cell}\">{Safe(row.Value)}</td></tr>"),
        MailBlock.Sums sums => Rows(sums.Rows, (row, isLast) => string.Create(CultureInfo.InvariantCulture,
            $"<tr><td style=\"{Cell}\">{Strong(row.Label, isLast)}</td>\n"
                + $"<td style=\"{AmountCell}\">{Strong(row.Amount, isLast)}</td></tr>")),
        _ => throw new InvalidOperationException($"Unknown block {block.GetType().Name}."),
    };

    private static string Lines(IReadOnlyList<(string Label, string Value)> rows) =>
        string.Join('\n', rows.Select(row => $"{OneLine(row.Label)}: {OneLine(row.Value)}"));

    private static string Rows<TRow>(IReadOnlyList<TRow> rows, Func<TRow, bool, string> write) =>
        $"<table style=\"{Table}\">\n{string.Join('\n', rows.Select((row, index) => write(row, index == rows.Count - 1)))}\n</table>";

    private static string Strong(string words, bool isStrong) => isStrong ? $"<strong>{Safe(words)}</strong>" : Safe(words);

    private static string Safe(string words) => Encoder.Encode(OneLine(words));

    // What a person typed must not look like another paragraph, or like another header.
    private static string OneLine(string words) => string.Concat(words.Select(letter => char.IsControl(letter) ? ' ' : letter));
}
