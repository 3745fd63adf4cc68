using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Balie.Kernel;

/// <summary>
/// Writes a page: what stands in the source text is markup, and every hole in it is encoded, so forgetting to is not possible.
/// For the few pages that the ground itself has; modules use Razor.
/// </summary>
internal sealed class Html
{
    private readonly StringBuilder _text = new();

    public static Html Page(string title, string lead)
    {
        var page = new Html();
        page.Add($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title>
            <link rel="stylesheet" href="/docs/docs.css">
            </head>
            <body>
            <a class="skip" href="#main">Skip to the content</a>
            <header><h1>{title}</h1><p>{new Prose(lead)}</p>
            <nav aria-label="Documentation">
            <a href="/docs">Routes</a> <a href="/problems">Errors</a> <a href="/openapi/v1.json">OpenAPI 3.1</a>
            </nav></header>
            <main id="main">

            """);
        return page;
    }

    public Html Add([InterpolatedStringHandlerArgument("")] Encoded markup)
    {
        _ = markup;
        return this;
    }

    public string End() => _text.Append("</main>\n</body>\n</html>\n").ToString();

    /// <summary>Text as the OpenAPI document has it: what stands between backticks is code.</summary>
    public readonly record struct Prose(string? Text);

    [InterpolatedStringHandler]
    public readonly ref struct Encoded
    {
        private readonly StringBuilder _text;

        public Encoded(int literalLength, int formattedCount, Html page)
        {
            _text = page._text;
            _text.EnsureCapacity(_text.Length + literalLength + formattedCount);
        }

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(string? text) => _text.Append(HtmlEncoder.Default.Encode(text ?? ""));

        public void AppendFormatted(int number) => _text.Append(number);

        public void AppendFormatted(Prose prose)
        {
            foreach (var (index, part) in (prose.Text ?? "").Split('`').Index())
            {
                var isCode = index % 2 == 1;
                if (isCode) _text.Append("<code>");
                AppendFormatted(part);
                if (isCode) _text.Append("</code>");
            }
        }
    }
}
