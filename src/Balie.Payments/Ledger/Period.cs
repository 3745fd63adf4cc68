namespace Balie.Payments.Ledger;

/// <summary>Days of a bookkeeper, both ends included, as they begin and end in a time zone.</summary>
internal sealed record Period(DateOnly From, DateOnly Until, string Zone, DateTimeOffset Starts, DateTimeOffset Ends)
{
    public const string UsualZone = "Europe/Amsterdam";
    private const int LongestDays = 366;

    /// <summary>Null for days that are the wrong way round or too many, and for a zone that nobody knows.</summary>
    public static Period? Read(DateOnly from, DateOnly until, string? zone)
    {
        var name = zone ?? UsualZone;
        if (until < from || until.DayNumber - from.DayNumber > LongestDays || until == DateOnly.MaxValue) return null;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found) || !found.HasIanaId) return null;
        return new Period(from, until, name, Midnight(from, found), Midnight(until.AddDays(1), found));
    }

    // Where clocks go forward at midnight the day begins at the first minute there is.
    private static DateTimeOffset Midnight(DateOnly day, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified);
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }
}
