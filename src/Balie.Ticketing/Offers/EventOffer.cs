using System.Collections.Frozen;

namespace Balie.Ticketing.Offers;

/// <summary>Everything a sale needs to know of one event, as it stood at one version. Immutable, shared by all requests.</summary>
internal sealed record EventOffer(
    Guid EventId, string Title, string Status, int Version, string Currency, int? PersonLimit, Guid? SeatingPlanId,
    string Venue, IReadOnlyList<SlotOffer> Slots, IReadOnlyList<TypeOffer> Types, FrozenDictionary<int, SeatOffer> Seats,
    EventDoors Doors)
{
    private readonly FrozenDictionary<Guid, SlotOffer> _slots = Slots.ToFrozenDictionary(slot => slot.SlotId);
    private readonly FrozenDictionary<Guid, TypeOffer> _types = Types.ToFrozenDictionary(type => type.TicketTypeId);

    public SlotOffer? Slot(Guid slotId) => _slots.GetValueOrDefault(slotId);

    public TypeOffer? Type(Guid ticketTypeId) => _types.GetValueOrDefault(ticketTypeId);

    /// <summary>The one ticket type that need not be named, because it is all that somebody sees, or all there is.</summary>
    public TypeOffer? OnlyType(Audience audience) =>
        Types is [var single] ? single : Types.Where(audience.Sees).Take(2).ToArray() is [var only] ? only : null;

    /// <summary>Whether some ticket types are not for everybody.</summary>
    public bool Hides { get; } = Types.Any(type => type.Hidden);

    public bool IsSeated => SeatingPlanId is not null;
}

/// <summary>How the event is entered; a figure that is null is the organisation's policy.</summary>
/// <param name="ZoneNames">Of all its zones, by which the door tells people where to go.</param>
internal sealed record EventDoors(
    Guid? VenueId, int? OpenMinutes, int? CloseMinutes, int? Reentries, FrozenDictionary<Guid, string> ZoneNames)
{
    public DateTimeOffset OpensAt(SlotOffer slot, Policies figures) =>
        slot.StartsAt - (OpenMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : figures.DoorsOpen);

    public DateTimeOffset ClosesAt(SlotOffer slot, Policies figures) =>
        slot.EndsAt + (CloseMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : figures.DoorsClose);
}

/// <summary>One date of an event, with the pools that its zones and capped ticket types have there. Its own pool is its id.</summary>
internal sealed record SlotOffer(
    Guid SlotId, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string Zone, bool Cancelled,
    FrozenDictionary<Guid, Guid> ZonePools, FrozenDictionary<Guid, Guid> TypePools)
{
    /// <summary>
    /// Which pools a ticket of this type takes a unit from, the slot's own first; of a type withdrawn meanwhile only that.
    /// </summary>
    public IEnumerable<Guid> PoolsOf(TypeOffer? type)
    {
        yield return SlotId;
        if (type is null) yield break;
        if (type.ZoneId is { } zoneId && ZonePools.TryGetValue(zoneId, out var zonePool)) yield return zonePool;
        if (TypePools.TryGetValue(type.TicketTypeId, out var typePool)) yield return typePool;
    }
}

/// <summary>One kind of ticket. <paramref name="Sections"/> are where it may sit, null for anywhere.</summary>
/// <param name="Hidden">Only for staff, and for whoever has a code that opens it.</param>
internal sealed record TypeOffer(
    Guid TicketTypeId, string Name, Money Price, Guid? ZoneId, FrozenSet<string>? Sections, DateTimeOffset? OnSaleFrom,
    DateTimeOffset? OnSaleUntil, int MinPerOrder, int MaxPerOrder, bool Hidden)
{
    public bool MaySit(SeatOffer seat) => Sections is null || Sections.Contains(seat.Section);
}

/// <summary>One numbered seat; <paramref name="Seat"/> is its unit in the pool of every slot.</summary>
internal sealed record SeatOffer(int Seat, string Section, string Row, int Position, string Label, string Kind)
{
    public const string Standard = "standard";
}
