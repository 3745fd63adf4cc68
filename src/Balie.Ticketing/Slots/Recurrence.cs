using System.Collections.Frozen;
using System.Globalization;

namespace Balie.Ticketing.Slots;

/// <summary>
/// Timed entry: on these weekdays, at these times, from the first date up to and including the last, each slot as long as the others. Some
/// dates are skipped, such as holidays, and some are added although they fall on another weekday.
/// </summary>
internal sealed record Recurrence(
    IReadOnlyList<string?> Weekdays, IReadOnlyList<string?> Times, DateOnly From, DateOnly Until, int DurationMinutes,
    IReadOnlyList<DateOnly>? Skip = null, IReadOnlyList<DateOnly>? Extra = null)
{
    private const int LongestDays = 5 * 366;
    private const int MostTimes = 288;
    private const int MostExceptions = 1_000;
    private const int MinutesInWeek = 7 * 24 * 60;
    private const string TimeFormat = "HH:mm";

    private static readonly FrozenDictionary<string, DayOfWeek> Days =
        Enum.GetValues<DayOfWeek>().ToFrozenDictionary(day => day.ToString().ToLowerInvariant());

    public void Check(Findings found, string path)
    {
        found.Expect(Weekdays.Count > 0 || Extra is { Count: > 0 }, $"{path}.weekdays", "Give at least one weekday, or extra dates.");
        found.Each($"{path}.weekdays", Weekdays, Days.Count, (day, dayPath) =>
            found.Expect(Days.ContainsKey(day), dayPath, "Must be a weekday such as monday."));
        found.Expect(Times.Count > 0, $"{path}.times", "Give at least one time.");
        found.Each($"{path}.times", Times, MostTimes, (time, timePath) =>
            found.Expect(Read(time) is not null, timePath, "Must be a time such as 09:30."));
        found.Range($"{path}.durationMinutes", DurationMinutes, 1, MinutesInWeek);

        CheckDate(found, $"{path}.from", From);
        CheckDate(found, $"{path}.until", Until);
        found.Expect(From <= Until, $"{path}.until", "Must not be before from.");
        found.Expect(Until.DayNumber - From.DayNumber <= LongestDays, $"{path}.until", "Must be within five years of from.");
        CheckExceptions(found, $"{path}.skip", Skip);
        CheckExceptions(found, $"{path}.extra", Extra);
    }

    /// <summary>Date by date, on each date in the order of the times. A date both skipped and extra is skipped.</summary>
    public IEnumerable<SlotDate> Expand()
    {
        var weekdays = Weekdays.OfType<string>().Select(day => Days[day]).ToHashSet();
        var times = Times.OfType<string>().Select(Read).OfType<TimeOnly>().Distinct().Order().ToArray();
        var period = Enumerable.Range(0, Until.DayNumber - From.DayNumber + 1).Select(From.AddDays);
        var regular = period.Where(date => weekdays.Contains(date.DayOfWeek));
        return
            from date in regular.Concat(Extra ?? []).Except(Skip ?? []).Order()
            from time in times
            let startsLocal = date.ToDateTime(time)
            select new SlotDate(startsLocal, startsLocal.AddMinutes(DurationMinutes));
    }

    private static void CheckExceptions(Findings found, string path, IReadOnlyList<DateOnly>? dates)
    {
        if (dates is null || !found.Expect(dates.Count <= MostExceptions, path, $"Must have at most {MostExceptions} items.")) return;
        for (var i = 0; i < dates.Count; i++) CheckDate(found, $"{path}[{i}]", dates[i]);
    }

    private static void CheckDate(Findings found, string path, DateOnly date) =>
        found.Expect(SlotDate.IsNear(date), path, "Must lie between 2000 and 2100.");

    private static TimeOnly? Read(string text) =>
        TimeOnly.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
