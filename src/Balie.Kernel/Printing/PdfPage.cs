using System.Globalization;
using System.Text;

namespace Balie.Kernel;

/// <summary>How a text looks. Sizes are in points, 1/72 inch.</summary>
public readonly record struct PdfStyle(double Size, bool Bold = false, double Grey = 0);

/// <summary>One A4 page. Everything is placed in points from its top left corner.</summary>
public sealed class PdfPage
{
    public const double Width = 595.28;
    public const double Height = 841.89;

    private const double LineHeight = 1.35;
    private const char Ellipsis = '…';

    private readonly StringBuilder _content = new();
    private readonly Stack<PdfTag> _within = new();
    private readonly PdfFont[] _fonts;
    private readonly int _number;
    private int _marks;

    internal PdfPage(PdfTag document, PdfFont[] fonts, int number)
    {
        (_fonts, _number) = (fonts, number);
        _within.Push(document);
    }

    internal string Content => _content.ToString();

    /// <summary>Whatever is drawn inside belongs together: <c>Table</c>, <c>TR</c>, <c>L</c>, <c>Sect</c>.</summary>
    public void Group(string kind, Action draw)
    {
        var tag = new PdfTag(kind, null);
        _within.Peek().Kids.Add(tag);
        _within.Push(tag);
        draw();
        _within.Pop();
    }

    /// <summary>A text in as many lines as it takes; the last of <paramref name="mostLines"/> is cut where there are more.</summary>
    /// <param name="kind">What it is: <c>H1</c>, <c>P</c>, <c>TH</c>, <c>TD</c>, …</param>
    /// <returns>Where the next line below it would begin.</returns>
    public double Text(string kind, string text, PdfStyle style, double x, double y, double width, int mostLines = 4)
    {
        var tag = new PdfTag(kind, null);
        return Marked(tag, kind, () => Draw(text, style, x, y, width, mostLines));
    }

    /// <summary>The same against the right edge, on one line.</summary>
    public double TextRight(string kind, string text, PdfStyle style, double right, double y)
    {
        var clean = PdfFile.Clean(text);
        var left = right - FontOf(style).Width(clean, style.Size);
        return Text(kind, clean, style, left, y, right - left + 1, mostLines: 1);
    }

    public double WidthOf(string text, PdfStyle style) => FontOf(style).Width(PdfFile.Clean(text), style.Size);

    /// <summary>A picture made of filled rectangles, with the words that stand for it.</summary>
    public void Figure(
        string alternative, double x, double y, double width, double height,
        IEnumerable<(double X, double Y, double W, double H)> filled)
    {
        var box = Format($"{x:0.##} {Height - y - height:0.##} {x + width:0.##} {Height - y:0.##}");
        Marked(new PdfTag("Figure", alternative, $"/A<</O/Layout/Placement/Block/BBox[{box}]>>"), "Figure", () =>
        {
            Append($"0 g\n");
            foreach (var one in filled)
                Append($"{x + one.X:0.###} {Height - y - one.Y - one.H:0.###} {one.W:0.###} {one.H:0.###} re\n");
            Append($"f\n");
            return 0;
        });
    }

    /// <summary>A line for the eye alone.</summary>
    public void Rule(double x, double y, double width) =>
        Append($"/Artifact BMC\n0.8 G 0.75 w {x:0.##} {Height - y:0.##} m {x + width:0.##} {Height - y:0.##} l S\nEMC\n");

    /// <summary>A text for the eye alone, such as the number of the page.</summary>
    public void Margin(string text, PdfStyle style, double x, double y, double width)
    {
        Append($"/Artifact BMC\n");
        Draw(text, style, x, y, width, mostLines: 1);
        Append($"EMC\n");
    }

    private double Marked(PdfTag tag, string kind, Func<double> draw)
    {
        _within.Peek().Kids.Add(tag);
        tag.Marks.Add((_number, _marks));
        Append($"/{kind} <</MCID {_marks++}>> BDC\n");
        var next = draw();
        Append($"EMC\n");
        return next;
    }

    private double Draw(string text, PdfStyle style, double x, double y, double width, int mostLines)
    {
        var font = FontOf(style);
        var lines = Lines(PdfFile.Clean(text), font, style.Size, width, mostLines);
        var baseline = y + font.Ascent(style.Size);
        Append($"BT {style.Grey:0.##} g /{font.Resource} {style.Size:0.##} Tf\n");
        for (var i = 0; i < lines.Count; i++)
        {
            // The space that the break took is needed by whoever reads the words and not the lines.
            var line = i + 1 < lines.Count ? lines[i] + " " : lines[i];
            Append($"1 0 0 1 {x:0.##} {Height - baseline:0.##} Tm <{font.Encode(line)}> Tj\n");
            baseline += style.Size * LineHeight;
        }
        Append($"ET\n");
        return y + (lines.Count * style.Size * LineHeight);
    }

    private static List<string> Lines(string text, PdfFont font, double size, double width, int mostLines)
    {
        var (lines, line) = (new List<string>(), "");
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(word => Pieces(word, font, size, width)))
        {
            var longer = line.Length == 0 ? word : $"{line} {word}";
            if (font.Width(longer, size) <= width)
            {
                line = longer;
                continue;
            }
            lines.Add(line);
            line = word;
        }
        if (line.Length > 0) lines.Add(line);
        if (lines.Count <= mostLines) return lines;

        var last = lines[mostLines - 1];
        while (last.Length > 0 && font.Width(last + Ellipsis, size) > width) last = last[..^1];
        return [.. lines.Take(mostLines - 1), last.TrimEnd() + Ellipsis];
    }

    // A word that is wider than the line is broken where it must be.
    private static IEnumerable<string> Pieces(string word, PdfFont font, double size, double width)
    {
        var begins = 0;
        for (var i = 1; i < word.Length; i++)
        {
            if (font.Width(word[begins..(i + 1)], size) <= width) continue;
            yield return word[begins..i];
            begins = i;
        }
        yield return word[begins..];
    }

    private PdfFont FontOf(PdfStyle style) => _fonts[style.Bold ? 1 : 0];

    private void Append(FormattableString text) => _content.Append(Format(text));

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
