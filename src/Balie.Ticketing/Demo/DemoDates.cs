using Balie.Ticketing.Slots;
using NodaTime;
using NodaTime.Extensions;

namespace Balie.Ticketing.Demo;

/// <summary>
/// When the demo takes place: counted from today, on the weekdays and at the hours of such events, as a clock in Amsterdam shows.
/// </summary>
internal sealed class DemoDates(DateTimeOffset now)
{
    public const string Amsterdam = "Europe/Amsterdam";
    private const int DaysInWeek = 7;

    public DateOnly Today { get; } = DateOnly.FromDateTime(LocalTimes.Local(now, Amsterdam));

    /// <summary>The first such weekday after so many whole weeks; with none, tomorrow at the earliest.</summary>
    public DateOnly On(DayOfWeek day, int weeks)
    {
        var earliest = Today.AddDays((DaysInWeek * weeks) + 1);
        return earliest.AddDays((day - earliest.DayOfWeek + DaysInWeek) % DaysInWeek);
    }

    /// <summary>The next evening, a week ahead or more, before the night in which the clocks change.</summary>
    public DateOnly EveOfClockChange()
    {
        var zone = DateTimeZoneProviders.Tzdb[Amsterdam];
        var aWeekAhead = Today.AddDays(DaysInWeek).ToLocalDate().AtStartOfDayInZone(zone).ToInstant();
        var change = zone.GetZoneInterval(aWeekAhead).End.InZone(zone).Date;
        return change.PlusDays(-1).ToDateOnly();
    }

    /// <summary>The first Friday of July, this year's while there is still time to sell it.</summary>
    public DateOnly FestivalFriday()
    {
        const int LastMonthToSell = 5;
        const int July = 7;
        var first = new DateOnly(Today.Month <= LastMonthToSell ? Today.Year : Today.Year + 1, July, 1);
        return first.AddDays((DayOfWeek.Friday - first.DayOfWeek + DaysInWeek) % DaysInWeek);
    }

    public static SlotDate At(DateOnly date, int hour, int minute, int minutes)
    {
        var startsLocal = date.ToDateTime(new TimeOnly(hour, minute));
        return new SlotDate(startsLocal, startsLocal.AddMinutes(minutes));
    }

    /// <summary>Times of entry from the first up to and including the last.</summary>
    public static string[] Every(int minutes, TimeOnly first, TimeOnly last)
    {
        var count = (int)((last - first).TotalMinutes / minutes) + 1;
        return [.. Enumerable.Range(0, count).Select(i => $"{first.AddMinutes(i * minutes):HH:mm}")];
    }
}
