using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;

namespace Balie.Kernel;

/// <summary>A TrueType font: which glyph a character has, how wide it is, and the font reduced to the glyphs a document uses.</summary>
internal sealed class TrueTypeFont
{
    private const int CompositeMoreComponents = 0x20;
    private const int CompositeWordArguments = 0x01;
    private const int CompositeScale = 0x08;
    private const int CompositeScaleXAndY = 0x40;
    private const int CompositeMatrix = 0x80;

    // What a document needs of an embedded font, in the order of their names as the format wants it.
    private static readonly string[] Embedded = ["glyf", "head", "hhea", "hmtx", "loca", "maxp"];

    private readonly byte[] _file;
    private readonly FrozenDictionary<string, Range> _tables;
    private readonly FrozenDictionary<int, ushort> _glyphs;
    private readonly int _glyphCount;
    private readonly int _metricCount;

    private TrueTypeFont(string name, byte[] file)
    {
        (Name, _file) = (name, file);
        _tables = Enumerable.Range(0, U16(file, 4)).Select(i => 12 + (16 * i)).ToFrozenDictionary(
            at => Encoding.ASCII.GetString(file, at, 4), at => (int)U32(file, at + 8)..(int)(U32(file, at + 8) + U32(file, at + 12)));
        var head = Table("head").ToArray();
        var hhea = Table("hhea").ToArray();
        UnitsPerEm = U16(head, 18);
        Box = [.. Enumerable.Range(0, 4).Select(i => Thousandths(S16(head, 36 + (2 * i))))];
        (Ascent, Descent) = (Thousandths(S16(hhea, 4)), Thousandths(S16(hhea, 6)));
        (_glyphCount, _metricCount) = (U16(Table("maxp"), 4), U16(hhea, 34));
        _glyphs = ReadGlyphs(Table("cmap")).ToFrozenDictionary();
    }

    public string Name { get; }
    public int UnitsPerEm { get; }

    /// <summary>These are in thousandths of the font's size, as PDF wants them.</summary>
    public int[] Box { get; }
    public int Ascent { get; }
    public int Descent { get; }

    public static TrueTypeFont Load(string name)
    {
        using var stream = typeof(TrueTypeFont).Assembly.GetManifestResourceStream($"{name}.ttf")
            ?? throw new InvalidOperationException($"There is no font {name} in this program.");
        var file = new byte[stream.Length];
        stream.ReadExactly(file);
        return new TrueTypeFont(name, file);
    }

    /// <summary>The glyph of a character, or the one that stands for a missing one.</summary>
    public ushort Glyph(int character) => _glyphs.GetValueOrDefault(character);

    public int Width(ushort glyph) => Thousandths(U16(Table("hmtx"), 4 * Math.Min(glyph, _metricCount - 1)));

    /// <summary>The same font with the outlines of these glyphs alone; the others are there, and empty.</summary>
    public byte[] Subset(IEnumerable<ushort> used)
    {
        var offsets = Offsets();
        var outlines = Table("glyf");
        var wanted = new HashSet<ushort> { 0 };
        foreach (var glyph in used) Want(glyph, wanted, outlines, offsets);

        using var kept = new MemoryStream();
        var places = new byte[4 * (_glyphCount + 1)];
        for (var glyph = 0; glyph < _glyphCount; glyph++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(places.AsSpan(4 * glyph), (uint)kept.Length);
            if (wanted.Contains((ushort)glyph)) kept.Write(outlines[offsets[glyph]..offsets[glyph + 1]]);
            while (kept.Length % 4 != 0) kept.WriteByte(0);
        }
        BinaryPrimitives.WriteUInt32BigEndian(places.AsSpan(4 * _glyphCount), (uint)kept.Length);
        var head = Table("head").ToArray();
        BinaryPrimitives.WriteInt16BigEndian(head.AsSpan(50), 1); // Places are of four bytes now.
        return Assemble(table => table switch
        {
            "glyf" => kept.ToArray(),
            "loca" => places,
            "head" => head,
            _ => Table(table).ToArray(),
        });
    }

    // An accented letter is made of others, which are wanted, too.
    private static void Want(ushort glyph, HashSet<ushort> wanted, ReadOnlySpan<byte> outlines, int[] offsets)
    {
        if (!wanted.Add(glyph) || offsets[glyph] == offsets[glyph + 1]) return;
        var outline = outlines[offsets[glyph]..offsets[glyph + 1]];
        if (S16(outline, 0) >= 0) return;
        for (var at = 10; ;)
        {
            var flags = U16(outline, at);
            Want(U16(outline, at + 2), wanted, outlines, offsets);
            if ((flags & CompositeMoreComponents) == 0) return;
            at += 4 + ((flags & CompositeWordArguments) != 0 ? 4 : 2);
            if ((flags & CompositeScale) != 0) at += 2;
            if ((flags & CompositeScaleXAndY) != 0) at += 4;
            if ((flags & CompositeMatrix) != 0) at += 8;
        }
    }

    private static byte[] Assemble(Func<string, byte[]> table)
    {
        var (file, bodies) = (new MemoryStream(), new MemoryStream());
        var directory = new byte[12 + (16 * Embedded.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(directory, 0x00010000);
        BinaryPrimitives.WriteUInt16BigEndian(directory.AsSpan(4), (ushort)Embedded.Length);
        for (var i = 0; i < Embedded.Length; i++)
        {
            var body = table(Embedded[i]);
            var entry = directory.AsSpan(12 + (16 * i), 16);
            Encoding.ASCII.GetBytes(Embedded[i], entry);
            BinaryPrimitives.WriteUInt32BigEndian(entry[8..], (uint)(directory.Length + bodies.Length));
            BinaryPrimitives.WriteUInt32BigEndian(entry[12..], (uint)body.Length);
            bodies.Write(body);
            while (bodies.Length % 4 != 0) bodies.WriteByte(0);
        }
        file.Write(directory);
        bodies.WriteTo(file);
        return file.ToArray();
    }

    private int[] Offsets()
    {
        var loca = Table("loca");
        var isLong = S16(Table("head"), 50) == 1;
        var offsets = new int[_glyphCount + 1];
        for (var i = 0; i < offsets.Length; i++) offsets[i] = isLong ? (int)U32(loca, 4 * i) : 2 * U16(loca, 2 * i);
        return offsets;
    }

    // Format 4: segments of characters whose glyphs follow each other or stand in a list.
    private static Dictionary<int, ushort> ReadGlyphs(ReadOnlySpan<byte> cmap)
    {
        var glyphs = new Dictionary<int, ushort>();
        for (var i = 0; i < U16(cmap, 2); i++)
        {
            var table = cmap[(int)U32(cmap, 4 + (8 * i) + 4)..];
            if (U16(table, 0) != 4) continue;
            var twice = U16(table, 6);
            for (var segment = 0; segment < twice; segment += 2)
            {
                var (end, start) = (U16(table, 14 + segment), U16(table, 16 + twice + segment));
                var (delta, list) = (U16(table, 16 + (2 * twice) + segment), 16 + (3 * twice) + segment);
                for (int character = start; character <= end && character != 0xFFFF; character++)
                {
                    var listed = U16(table, list) == 0 ? character : U16(table, list + U16(table, list) + (2 * (character - start)));
                    if (listed != 0) glyphs[character] = (ushort)((listed + delta) & 0xFFFF);
                }
            }
            return glyphs;
        }
        throw new InvalidOperationException("The font has no table of characters that we can read.");
    }

    private ReadOnlySpan<byte> Table(string name) => _file.AsSpan(_tables[name]);

    private int Thousandths(int units) => units * 1000 / UnitsPerEm;

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    private static short S16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt16BigEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
}
