using System.Globalization;
using System.Text;

namespace Balie.Kernel;

/// <summary>One font as a document uses it: it remembers which glyphs, and embeds those.</summary>
internal sealed class PdfFont(string resource, TrueTypeFont font)
{
    public static readonly TrueTypeFont Regular = TrueTypeFont.Load("DejaVuSans");
    public static readonly TrueTypeFont Bold = TrueTypeFont.Load("DejaVuSans-Bold");

    private readonly SortedDictionary<ushort, char> _used = [];

    public string Resource => resource;

    /// <summary>The text as glyph numbers in hexadecimal.</summary>
    public string Encode(string text)
    {
        var encoded = new StringBuilder(4 * text.Length);
        foreach (var character in text)
        {
            var glyph = font.Glyph(character);
            _used.TryAdd(glyph, character);
            encoded.Append(CultureInfo.InvariantCulture, $"{glyph:X4}");
        }
        return encoded.ToString();
    }

    public double Width(string text, double size)
    {
        var thousandths = 0;
        foreach (var character in text) thousandths += font.Width(font.Glyph(character));
        return thousandths * size / 1000;
    }

    public double Ascent(double size) => font.Ascent * size / 1000;

    /// <returns>The number of the font's object.</returns>
    public int Write(PdfFile file)
    {
        // Six letters before the name tell that this is a part of the font.
        var name = $"BALIEA+{font.Name}";
        var outlines = file.AddStream("", font.Subset(_used.Keys));
        var descriptor = file.Add($"""
            <</Type/FontDescriptor/FontName/{name}/Flags 32/FontBBox[{string.Join(' ', font.Box)}]/ItalicAngle 0/Ascent {font.Ascent}
            /Descent {font.Descent}/CapHeight {font.Ascent}/StemV 80/FontFile2 {outlines} 0 R>>
            """);
        var widths = string.Join(' ', _used.Keys.Select(glyph => $"{glyph}[{font.Width(glyph)}]"));
        var glyphs = file.Add($"""
            <</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>
            /FontDescriptor {descriptor} 0 R/W[{widths}]/CIDToGIDMap/Identity>>
            """);
        var characters = file.AddStream("", Encoding.ASCII.GetBytes(Characters()));
        return file.Add($"""
            <</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{glyphs} 0 R]/ToUnicode {characters} 0 R>>
            """);
    }

    // From glyphs back to characters, for search, copying and reading aloud.
    private string Characters()
    {
        const int MostPerBlock = 100;
        var map = new StringBuilder("""
            /CIDInit/ProcSet findresource begin 12 dict begin begincmap
            /CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def
            /CMapName/Adobe-Identity-UCS def/CMapType 2 def
            1 begincodespacerange<0000><FFFF>endcodespacerange

            """);
        foreach (var block in _used.Chunk(MostPerBlock))
        {
            map.Append(CultureInfo.InvariantCulture, $"{block.Length} beginbfchar\n");
            foreach (var (glyph, character) in block) map.Append(CultureInfo.InvariantCulture, $"<{glyph:X4}><{(int)character:X4}>\n");
            map.Append("endbfchar\n");
        }
        return map.Append("endcmap CMapName currentdict/CMap defineresource pop end end").ToString();
    }
}
