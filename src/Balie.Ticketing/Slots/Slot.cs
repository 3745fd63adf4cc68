namespace Balie.Ticketing.Slots;

/// <summary>One occasion of an event: the moments, and what a clock there shows at those moments.</summary>
internal sealed record Slot(
    Guid Id, DateTimeOffset StartsAt, DateTimeOffset EndsAt, DateTime StartsLocal, DateTime EndsLocal, string Zone, string Status,
    DateTimeOffset? FirstStartsAt, int Version)
{
    /// <summary>The local times are those that the clock shows, also where the organiser wrote one that it skips.</summary>
    public static Slot Of(SlotRow row) => new(
        row.SlotId, row.StartsAt, row.EndsAt, LocalTimes.Local(row.StartsAt, row.Zone), LocalTimes.Local(row.EndsAt, row.Zone), row.Zone,
        row.Status,
        row.FirstStartsAt, row.Version);
}

/// <summary>
/// The columns of a slot that its slices read: <c>slot_id, event_id, starts_at, ends_at, zone, status, first_starts_at, version</c>.
/// </summary>
internal sealed record SlotRow(
    Guid SlotId, Guid EventId, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string Zone, string Status, DateTimeOffset? FirstStartsAt,
    int Version);
