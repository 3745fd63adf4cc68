using System.Globalization;
using Balie.Ticketing.Slots;

namespace Balie.Ticketing.Tests.Slots;

public sealed class RecurrenceTests
{
    [Fact]
    public void Holidays_are_skipped_and_extra_dates_are_added_whatever_their_weekday()
    {
        var tuesdays = new Recurrence(
            ["tuesday"], ["14:00", "10:00"], new DateOnly(2026, 5, 1), new DateOnly(2026, 5, 31), 60,
            Skip: [new DateOnly(2026, 5, 5)], Extra: [new DateOnly(2026, 5, 16), new DateOnly(2026, 5, 12)]);

        var starts = tuesdays.Expand().Select(slot => slot.StartsLocal.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture));

        Assert.Equal(
            ["05-12 10:00", "05-12 14:00", "05-16 10:00", "05-16 14:00", "05-19 10:00", "05-19 14:00", "05-26 10:00", "05-26 14:00"],
            starts);
    }

    [Fact]
    public void The_last_date_counts()
    {
        var day = new DateOnly(2026, 5, 5);

        Assert.Single(new Recurrence(["tuesday"], ["10:00"], day, day, 60).Expand());
    }

    [Fact]
    public void A_plan_holds_every_start_once_in_order()
    {
        var day = new DateOnly(2026, 5, 5);
        var twice = new SlotDate(day.ToDateTime(new TimeOnly(10, 0)), day.ToDateTime(new TimeOnly(11, 0)));
        var early = new SlotDate(day.ToDateTime(new TimeOnly(8, 0)), day.ToDateTime(new TimeOnly(9, 0)));

        Assert.Equal([early, twice], new SlotPlan([twice, early], new Recurrence(["tuesday"], ["10:00"], day, day, 60)).Expand());
    }
}
