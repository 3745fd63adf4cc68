using System.Globalization;
using System.Text;

namespace Balie.Ticketing.Calendars;

/// <summary>
/// One entry of a calendar. The same <paramref name="Uid"/> with a higher <paramref name="Sequence"/> replaces what a reader has.
/// </summary>
/// <param name="Stamp">When the entry last changed.</param>
/// <param name="Status"><c>CONFIRMED</c>, <c>TENTATIVE</c> or <c>CANCELLED</c>.</param>
internal sealed record CalendarEntry(
    string Uid, int Sequence, DateTimeOffset Stamp, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string Status, string Summary,
    string Description = "", string Location = "");

/// <summary>Writes iCalendar (RFC 5545): lines end in CR LF and hold at most 75 octets, text is escaped, moments are in UTC.</summary>
internal static class CalendarFile
{
    public const string ContentType = "text/calendar; charset=utf-8";

    private const string Product = "-//Balie//Balie//EN";
    private const int LongestLineOctets = 75;

    public static string Write(string name, IEnumerable<CalendarEntry> entries)
    {
        var file = new StringBuilder();
        Line(file, "BEGIN", "VCALENDAR");
        Line(file, "VERSION", "2.0");
        Line(file, "PRODID", Product);
        Line(file, "CALSCALE", "GREGORIAN");
        Line(file, "METHOD", "PUBLISH");
        Line(file, "NAME", Text(name));
        Line(file, "X-WR-CALNAME", Text(name));
        foreach (var entry in entries) Write(file, entry);
        Line(file, "END", "VCALENDAR");
        return file.ToString();
    }

    private static void Write(StringBuilder file, CalendarEntry entry)
    {
        Line(file, "BEGIN", "VEVENT");
        Line(file, "UID", entry.Uid);
        Line(file, "SEQUENCE", entry.Sequence.ToString(CultureInfo.InvariantCulture));
        Line(file, "DTSTAMP", Moment(entry.Stamp));
        Line(file, "DTSTART", Moment(entry.StartsAt));
        Line(file, "DTEND", Moment(entry.EndsAt));
        Line(file, "STATUS", entry.Status);
        Line(file, "SUMMARY", Text(entry.Summary));
        if (entry.Description.Length > 0) Line(file, "DESCRIPTION", Text(entry.Description));
        if (entry.Location.Length > 0) Line(file, "LOCATION", Text(entry.Location));
        Line(file, "END", "VEVENT");
    }

    private static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Text(string text) => text
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace(";", @"\;", StringComparison.Ordinal)
        .Replace(",", @"\,", StringComparison.Ordinal)
        .ReplaceLineEndings(@"\n")
        .Replace("\t", " ", StringComparison.Ordinal);

    // Folded between characters, never inside one: a line that continues begins with a space, which counts.
    private static void Line(StringBuilder file, string name, string value)
    {
        var octets = 0;
        foreach (var rune in $"{name}:{value}".EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > LongestLineOctets)
            {
                file.Append("\r\n ");
                octets = 1;
            }
            file.Append(rune);
            octets += rune.Utf8SequenceLength;
        }
        file.Append("\r\n");
    }
}
