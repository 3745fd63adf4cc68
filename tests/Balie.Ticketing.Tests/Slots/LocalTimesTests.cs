using Balie.Ticketing.Slots;
using NodaTime;

namespace Balie.Ticketing.Tests.Slots;

public sealed class LocalTimesTests
{
    private static readonly Instant From = Instant.FromUtc(2000, 1, 1, 0, 0);
    private static readonly Instant Until = Instant.FromUtc(2041, 1, 1, 0, 0);
    private static readonly string[] EveryDay = [.. Enum.GetNames<DayOfWeek>().Select(name => name.ToLowerInvariant())];
    private static readonly string[] Times = [.. Enumerable.Range(0, 48).Select(half => $"{half / 2:00}:{half % 2 * 30:00}")];

    /// <summary>
    /// Over every change of every zone's clock from 2000 to 2040: half-hourly slots on the day before, the day itself and the day after.
    /// </summary>
    [Fact]
    public void A_recurrence_over_any_change_of_any_clock_gives_each_local_time_one_slot_at_the_right_moment()
    {
        var seen = 0;
        foreach (var id in DateTimeZoneProviders.Tzdb.Ids)
        {
            var zone = DateTimeZoneProviders.Tzdb[id];
            foreach (var change in zone.GetZoneIntervals(From, Until).Where(interval => interval.HasStart && interval.Start >= From))
            {
                CheckAround(zone, change.Start);
                seen++;
            }
        }
        Assert.True(seen > 10_000, $"Saw only {seen} changes.");
    }

    [Theory]
    [InlineData("2026-03-29T01:59", "2026-03-29T00:59Z")]
    [InlineData("2026-03-29T02:00", "2026-03-29T01:00Z")]
    [InlineData("2026-03-29T02:30", "2026-03-29T01:30Z")]
    [InlineData("2026-03-29T03:30", "2026-03-29T01:30Z")]
    [InlineData("2026-10-25T01:59", "2026-10-24T23:59Z")]
    [InlineData("2026-10-25T02:00", "2026-10-25T00:00Z")]
    [InlineData("2026-10-25T02:59", "2026-10-25T00:59Z")]
    [InlineData("2026-10-25T03:00", "2026-10-25T02:00Z")]
    public void The_clock_in_Amsterdam(string local, string moment) =>
        Assert.Equal(Moment(moment), LocalTimes.Moment(Local(local), "Europe/Amsterdam"));

    [Theory]
    [InlineData("2026-03-29T01:30", "2026-03-29T02:15", "2026-03-29T00:30Z", "2026-03-29T01:15Z")]
    [InlineData("2026-03-29T02:50", "2026-03-29T03:10", "2026-03-29T01:50Z", "2026-03-29T02:10Z")]
    [InlineData("2026-10-25T02:50", "2026-10-25T03:05", "2026-10-25T00:50Z", "2026-10-25T02:05Z")]
    public void A_slot_ends_when_its_poster_says_and_never_before_it_began(string starts, string ends, string startsAt, string endsAt) =>
        Assert.Equal((Moment(startsAt), Moment(endsAt)), LocalTimes.Moments(Local(starts), Local(ends), "Europe/Amsterdam"));

    private static void CheckAround(DateTimeZone zone, Instant change)
    {
        var day = DateOnly.FromDateTime(change.InZone(zone).ToDateTimeUnspecified());
        var slots = new Recurrence(EveryDay, Times, day.AddDays(-1), day.AddDays(1), 30).Expand().ToArray();
        Assert.Equal(3 * Times.Length, slots.Select(slot => slot.StartsLocal).Distinct().Count());

        var previous = DateTimeOffset.MinValue;
        foreach (var slot in slots)
        {
            var (startsAt, endsAt) = LocalTimes.Moments(slot.StartsLocal, slot.EndsLocal, zone.Id);
            var mapping = zone.MapLocal(LocalDateTime.FromDateTime(slot.StartsLocal));
            var because = $"{zone.Id} {slot.StartsLocal:s}";
            Assert.True(endsAt > startsAt, because);
            if (mapping.Count == 0)
            {
                // Moved forward by what the clock skips, so the local time shown is later by exactly that.
                // Pacific/Apia left out a whole day, which is more than an offset can say.
                var skipped = TimeSpan.FromSeconds(mapping.LateInterval.WallOffset.Seconds - mapping.EarlyInterval.WallOffset.Seconds);
                Assert.True(LocalTimes.Local(startsAt, zone.Id) - slot.StartsLocal == skipped, because);
                continue;
            }
            Assert.True(LocalTimes.Local(startsAt, zone.Id) == slot.StartsLocal, because);
            Assert.True(startsAt == mapping.First().ToDateTimeOffset(), because);
            // Later on the wall is later in fact; the first of two equal times keeps it so in autumn.
            Assert.True(startsAt > previous, because);
            previous = startsAt;
        }
    }

    private static DateTime Local(string text) => DateTime.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
