using System.Globalization;
using System.IO.Compression;
using System.Security;
using System.Text;

namespace Balie.Kernel;

/// <summary>
/// A PDF made for paper and for screen readers alike: A4, embedded fonts, every text tagged with what it is, a title and a language. Tags
/// stand in the order in which things are drawn. See docs/decisions/0012-pdf-by-hand.md.
/// </summary>
/// <param name="language">Of its texts, such as <c>nl</c>.</param>
public sealed class PdfDocument(string title, string language, DateTimeOffset madeAt)
{
    private readonly PdfTag _root = new("Document", null);
    private readonly List<PdfPage> _pages = [];
    private readonly PdfFont[] _fonts = [new("F1", PdfFont.Regular), new("F2", PdfFont.Bold)];

    public PdfPage AddPage()
    {
        _pages.Add(new PdfPage(_root, _fonts, _pages.Count));
        return _pages[^1];
    }

    /// <summary>The finished file. A document without pages cannot be written.</summary>
    public byte[] Write()
    {
        if (_pages.Count == 0) throw new InvalidOperationException("A document has at least one page.");
        var file = new PdfFile();
        var (catalog, pages, structure, parents) = (file.Reserve(), file.Reserve(), file.Reserve(), file.Reserve());
        var fonts = string.Join(' ', _fonts.Select(font => $"/{font.Resource} {font.Write(file)} 0 R"));
        var numbers = _pages.Select(_ => file.Reserve()).ToArray();
        for (var i = 0; i < _pages.Count; i++)
        {
            var content = file.AddStream("", Encoding.ASCII.GetBytes(_pages[i].Content));
            file.Set(numbers[i], string.Create(CultureInfo.InvariantCulture, $"""
                <</Type/Page/Parent {pages} 0 R/MediaBox[0 0 {PdfPage.Width} {PdfPage.Height}]/Resources<</Font<<{fonts}>>>>
                /Contents {content} 0 R/StructParents {i}/Tabs/S>>
                """));
        }
        file.Set(pages, $"<</Type/Pages/Count {numbers.Length}/Kids[{References(numbers)}]>>");

        var marked = _pages.Select(_ => new List<int>()).ToArray();
        var root = WriteTag(_root, structure);
        file.Set(structure, $"<</Type/StructTreeRoot/K {root} 0 R/ParentTree {parents} 0 R/ParentTreeNextKey {numbers.Length}>>");
        file.Set(parents, $"<</Nums[{string.Join(' ', marked.Select((tags, page) => $"{page}[{References(tags)}]"))}]>>");
        var info = file.Add($"<</Title{PdfFile.Text(title)}/Producer{PdfFile.Text("Balie")}/CreationDate(D:{Digits(madeAt)}Z)>>");
        var metadata = file.AddStream("/Type/Metadata/Subtype/XML", Encoding.UTF8.GetBytes(Metadata()), compress: false);
        file.Set(catalog, $"""
            <</Type/Catalog/Pages {pages} 0 R/Lang{PdfFile.Text(language)}/MarkInfo<</Marked true>>/StructTreeRoot {structure} 0 R
            /ViewerPreferences<</DisplayDocTitle true>>/Metadata {metadata} 0 R>>
            """);
        return file.Close(catalog, info);

        int WriteTag(PdfTag tag, int parent)
        {
            var number = file.Reserve();
            var kids = new StringBuilder();
            foreach (var kid in tag.Kids)
                kids.Append(CultureInfo.InvariantCulture, $"{WriteTag(kid, number)} 0 R ");
            foreach (var (page, mark) in tag.Marks)
            {
                // Marks are numbered per page in the order of drawing, and tags are visited in that order, too.
                marked[page].Add(number);
                kids.Append(CultureInfo.InvariantCulture, $"<</Type/MCR/Pg {numbers[page]} 0 R/MCID {mark}>>");
            }
            var alternative = tag.Alternative is { } text ? $"/Alt{PdfFile.Text(text)}" : "";
            file.Set(number, $"<</Type/StructElem/S/{tag.Kind}/P {parent} 0 R/K[{kids}]{alternative}{tag.Attributes}>>");
            return number;
        }
    }

    private static string References(IEnumerable<int> numbers) => string.Join(' ', numbers.Select(number => $"{number} 0 R"));

    private static string Digits(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);

    private string Metadata() => $"""
        <?xpacket begin="{'\uFEFF'}" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
          xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
        <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{SecurityElement.Escape(PdfFile.Clean(title))}</rdf:li></rdf:Alt></dc:title>
        <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
        <pdf:Producer>Balie</pdf:Producer>
        <xmp:CreateDate>{madeAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}</xmp:CreateDate>
        <pdfuaid:part>1</pdfuaid:part>
        </rdf:Description></rdf:RDF></x:xmpmeta>
        <?xpacket end="w"?>
        """;
}

/// <summary>What a piece of a page is, for whoever does not see it.</summary>
internal sealed class PdfTag(string kind, string? alternative, string attributes = "")
{
    public string Kind => kind;
    public string? Alternative => alternative;
    public string Attributes => attributes;
    public List<PdfTag> Kids { get; } = [];
    public List<(int Page, int Mark)> Marks { get; } = [];
}

/// <summary>The objects of a PDF file, numbered from 1 and written one after another with a table of where they are.</summary>
internal sealed class PdfFile
{
    private readonly List<byte[]?> _objects = [];

    public int Reserve()
    {
        _objects.Add(null);
        return _objects.Count;
    }

    public void Set(int number, string body) => _objects[number - 1] = Encoding.ASCII.GetBytes(body);

    public int Add(string body)
    {
        var number = Reserve();
        Set(number, body);
        return number;
    }

    public int AddStream(string entries, byte[] content, bool compress = true)
    {
        var packed = compress ? Pack(content) : content;
        var filter = compress ? "/Filter/FlateDecode" : "";
        _objects.Add(
        [
            .. Encoding.ASCII.GetBytes($"<<{entries}{filter}/Length {packed.Length}>>\nstream\n"), .. packed, .. "\nendstream"u8,
        ]);
        return _objects.Count;
    }

    public byte[] Close(int catalog, int info)
    {
        using var file = new MemoryStream();
        file.Write("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n"u8);
        var places = new StringBuilder();
        for (var i = 0; i < _objects.Count; i++)
        {
            places.Append(CultureInfo.InvariantCulture, $"{file.Length:0000000000} 00000 n \n");
            file.Write(Encoding.ASCII.GetBytes($"{i + 1} 0 obj\n"));
            file.Write(_objects[i] ?? throw new InvalidOperationException($"Object {i + 1} was reserved and never made."));
            file.Write("\nendobj\n"u8);
        }
        var table = file.Length;
        file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"""
            xref
            0 {_objects.Count + 1}
            0000000000 65535 f {"\n"}{places}trailer
            <</Size {_objects.Count + 1}/Root {catalog} 0 R/Info {info} 0 R>>
            startxref
            {table}
            %%EOF

            """)));
        return file.ToArray();
    }

    /// <summary>A string that a person reads.</summary>
    public static string Text(string text) => $"<FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(Clean(text)))}>";

    /// <summary>Composed as fonts have it, on one line, without what cannot be drawn.</summary>
    public static string Clean(string text) =>
        string.Concat(text.Where(character => !char.IsControl(character) && !char.IsSurrogate(character)))
            .Normalize(NormalizationForm.FormC);

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var packing = new ZLibStream(packed, CompressionLevel.Optimal)) packing.Write(content);
        return packed.ToArray();
    }
}
