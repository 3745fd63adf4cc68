namespace Balie.Ticketing.Bookings;

/// <summary>A ticket's number is its booking's reference and a count.</summary>
internal static class TicketNumbers
{
    /// <summary>The numbers of <paramref name="count"/> tickets after the first <paramref name="before"/>.</summary>
    public static string[] Of(string reference, int before, int count)
    {
        var numbers = new string[count];
        for (var i = 0; i < count; i++) numbers[i] = $"{reference}-{before + i + 1}";
        return numbers;
    }
}
