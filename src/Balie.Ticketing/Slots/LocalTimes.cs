using NodaTime;
using NodaTime.TimeZones;

namespace Balie.Ticketing.Slots;

/// <summary>
/// From what an organiser writes, a local time in an IANA zone, to the moment it means. A time that the clock skips in spring moves forward
/// by what is skipped; one that it shows twice in autumn is the first of the two. See docs/decisions/0008-local-time.md.
/// </summary>
internal static class LocalTimes
{
    private static readonly ZoneLocalMappingResolver Rule =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted);

    public static bool Knows(string zone) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is not null;

    public static DateTimeOffset Moment(DateTime local, string zone) =>
        LocalDateTime.FromDateTime(local).InZone(Zone(zone), Rule).ToInstant().ToDateTimeOffset();

    /// <summary>What a clock in the zone shows at this moment.</summary>
    public static DateTime Local(DateTimeOffset moment, string zone) =>
        Instant.FromDateTimeOffset(moment).InZone(Zone(zone)).LocalDateTime.ToDateTimeUnspecified();

    /// <summary>
    /// The moments of a slot. When only its start falls into the spring gap, its end, as written, may lie before the moved start; the slot
    /// then keeps its length.
    /// </summary>
    public static (DateTimeOffset StartsAt, DateTimeOffset EndsAt) Moments(DateTime startsLocal, DateTime endsLocal, string zone)
    {
        var (startsAt, endsAt) = (Moment(startsLocal, zone), Moment(endsLocal, zone));
        return (startsAt, endsAt > startsAt ? endsAt : startsAt + (endsLocal - startsLocal));
    }

    private static DateTimeZone Zone(string zone) => DateTimeZoneProviders.Tzdb[zone];
}
