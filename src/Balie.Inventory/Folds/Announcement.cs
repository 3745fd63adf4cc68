using System.Globalization;
using System.Text;

namespace Balie.Inventory.Folds;

/// <summary>
/// What one transaction tells the folds of all processes, as text that fits a notification: who says it, then per pool the units that
/// were taken (<c>+</c>), freed (<c>-</c>), or the word that everything is to be read again (<c>!</c>).
/// </summary>
/// <example><c>3f0c…|9a1b…/77aa…+638…:1-512,600;…</c></example>
internal static class Announcement
{
    public const string Channel = "balie_inventory";

    /// <summary>Said by a transaction beside the sequencer, so every process listens, also the one that said it.</summary>
    public const string Everyone = "*";

    /// <summary>PostgreSQL refuses 8,000 bytes and more.</summary>
    public const int LongestPayload = 7_900;

    public enum What
    {
        Taken,
        Freed,
        Reload,
    }

    public readonly record struct Line(PoolKey Pool, What What, long? ExpiresTicks, IReadOnlyList<(int First, int Last)> Units);

    /// <summary>Splits what is to be said into as many payloads as it takes.</summary>
    public static List<string> Write(string from, IEnumerable<Line> lines)
    {
        var payloads = new List<string>(1);
        var text = new StringBuilder(256).Append(from).Append('|');
        var header = text.Length;
        foreach (var line in lines)
        {
            var written = Write(line);
            if (text.Length + written.Length > LongestPayload && text.Length > header)
            {
                payloads.Add(text.ToString());
                text.Length = header;
            }
            // A line that alone is too long (a scattered pool) is not worth spelling out: let the others read it.
            text.Append(header + written.Length > LongestPayload ? Write(line with { What = What.Reload, Units = [] }) : written);
        }
        if (text.Length > header) payloads.Add(text.ToString());
        return payloads;
    }

    /// <summary>Sorted or not, neighbouring units become one range.</summary>
    public static List<(int First, int Last)> Ranges(List<int> units)
    {
        units.Sort();
        var ranges = new List<(int First, int Last)>();
        foreach (var unit in units)
        {
            if (ranges.Count > 0 && ranges[^1].Last == unit - 1) ranges[^1] = (ranges[^1].First, unit);
            else ranges.Add((unit, unit));
        }
        return ranges;
    }

    public static List<Line> Read(string payload)
    {
        var lines = new List<Line>();
        foreach (var part in payload[(payload.IndexOf('|', StringComparison.Ordinal) + 1)..]
            .Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var pool = new PoolKey(Guid.ParseExact(part.AsSpan(0, 32), "n"), Guid.ParseExact(part.AsSpan(33, 32), "n"));
            var rest = part.AsSpan(66);
            if (part[65] == '!')
            {
                lines.Add(new Line(pool, What.Reload, null, []));
                continue;
            }
            var colon = rest.IndexOf(':');
            long? expires = colon == 0 ? null : long.Parse(rest[..colon], NumberStyles.None, CultureInfo.InvariantCulture);
            lines.Add(new Line(pool, part[65] == '+' ? What.Taken : What.Freed, expires, ReadRanges(rest[(colon + 1)..])));
        }
        return lines;
    }

    private static List<(int First, int Last)> ReadRanges(ReadOnlySpan<char> text)
    {
        var ranges = new List<(int First, int Last)>();
        foreach (var part in text.Split(','))
        {
            var range = text[part];
            var dash = range.IndexOf('-');
            var first = int.Parse(dash < 0 ? range : range[..dash], NumberStyles.None, CultureInfo.InvariantCulture);
            ranges.Add((first, dash < 0 ? first : int.Parse(range[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture)));
        }
        return ranges;
    }

    private static string Write(Line line)
    {
        var text = new StringBuilder(80).Append(CultureInfo.InvariantCulture, $"{line.Pool.OrgId:n}/{line.Pool.PoolId:n}");
        if (line.What == What.Reload) return text.Append("!;").ToString();

        text.Append(line.What == What.Taken ? '+' : '-').Append(line.ExpiresTicks?.ToString(CultureInfo.InvariantCulture)).Append(':');
        for (var i = 0; i < line.Units.Count; i++)
        {
            var (first, last) = line.Units[i];
            if (i > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{first}");
            if (last > first) text.Append(CultureInfo.InvariantCulture, $"-{last}");
        }
        return text.Append(';').ToString();
    }
}
