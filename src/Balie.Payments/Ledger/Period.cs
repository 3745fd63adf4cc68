namespace Balie.Payments.Ledger;

/// <summary>Days of a bookkeeper, both ends included, as they begin and end in a time zone.</summary>
internal sealed record Period(DateOnly From, DateOnly Until, string Zone, DateTimeOffset Starts, DateTimeOffset Ends)
{
    public const string UsualZone = "Europe/Amsterdam";
    private const int LongestDays = 366;
    private const int UsualDays = 30;

    /// <summary>Null for days that are the wrong way round or too many, and for a zone that nobody knows.</summary>
    public static Period? Read(DateOnly? from, DateOnly? until, string? zone, DateTimeOffset now)
    {
        var name = zone ?? UsualZone;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found) || !found.HasIanaId) return null;
        var last = until ?? DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, found).DateTime);
        if (last == DateOnly.MaxValue || last.DayNumber < UsualDays) return null;
        var first = from ?? last.AddDays(-UsualDays);
        if (last < first || last.DayNumber - first.DayNumber > LongestDays) return null;
        return new Period(first, last, name, Midnight(first, found), Midnight(last.AddDays(1), found));
    }

    // Where clocks go forward at midnight the day begins at the first minute there is.
    private static DateTimeOffset Midnight(DateOnly day, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified);
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }
}
