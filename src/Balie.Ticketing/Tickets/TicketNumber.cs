using System.Globalization;

namespace Balie.Ticketing.Tickets;

/// <summary>A ticket's number, for people: its booking's reference and a count from 1, such as <c>K7QMWZ2R4T-1</c>.</summary>
internal static class TicketNumber
{
    public static string Of(string reference, int position) => $"{reference}-{position}";

    /// <summary>The numbers of <paramref name="count"/> tickets after the first <paramref name="before"/>.</summary>
    public static string[] Of(string reference, int before, int count)
    {
        var numbers = new string[count];
        for (var i = 0; i < count; i++) numbers[i] = Of(reference, before + i + 1);
        return numbers;
    }

    /// <summary>What somebody typed, with their spaces and small letters; null when it cannot be a number.</summary>
    public static string? Read(string typed)
    {
        var dash = typed.LastIndexOf('-');
        return dash > 0 && References.Read(typed[..dash]) is { } reference
            && int.TryParse(typed.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position > 0
            ? Of(reference, position)
            : null;
    }

    /// <summary>The reference of its booking.</summary>
    public static string Reference(string number) => number[..number.LastIndexOf('-')];
}
