namespace Balie.Ticketing.CheckIn;

/// <summary>A device at the door as staff see it.</summary>
/// <param name="VenueId">It scans for everything here; null when it is bound to events instead.</param>
/// <param name="ZoneIds">Where its gate leads to; none for everywhere.</param>
/// <param name="MayForce">Its people may let somebody in against the rules, with a reason.</param>
/// <param name="KeyHint">How its key begins, by which people tell keys apart.</param>
internal sealed record Device(
    Guid Id, string Name, string Gate, Guid? VenueId, IReadOnlyList<Guid> EventIds, IReadOnlyList<Guid> ZoneIds, bool MayForce,
    string KeyHint, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt)
{
    public const string Columns =
        "device_id as id, name, gate, venue_id, event_ids, zone_ids, may_force, hint as key_hint, created_at, revoked_at";

    /// <summary>How a door is called in answers and reports: its gate, or the device itself.</summary>
    public string Place => Gate.Length > 0 ? Gate : Name;

    // Arrays do not fit positional rows.
    public sealed class Row
    {
        public Guid Id { get; init; }
        public string Name { get; init; } = "";
        public string Gate { get; init; } = "";
        public Guid? VenueId { get; init; }
        public Guid[] EventIds { get; init; } = [];
        public Guid[] ZoneIds { get; init; } = [];
        public bool MayForce { get; init; }
        public string KeyHint { get; init; } = "";
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset? RevokedAt { get; init; }

        public Device Device =>
            new(Id, Name, Gate, VenueId, EventIds, ZoneIds, MayForce, KeyHint, CreatedAt, RevokedAt);
    }
}
