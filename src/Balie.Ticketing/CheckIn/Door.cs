using Balie.Ticketing.Offers;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// Where a caller stands: a device at its own events and zones; a person or a program of the house, with the right to check in, anywhere.
/// </summary>
internal sealed record Door(Caller Caller, Device? Device)
{
    public bool IsRevoked => Device?.RevokedAt is not null;

    public bool MayForce => Caller.May(Permission.CheckInForce);

    /// <summary>How it is called in answers and reports.</summary>
    public string Place => Device?.Place ?? "";

    public IReadOnlyList<Guid> ZoneIds => Device?.ZoneIds ?? [];

    /// <summary>Where everything happens that happens here; null for a door to several events.</summary>
    public Guid? OnlyEventId => Device?.EventIds is [var only] ? only : null;

    public bool Covers(EventOffer offer) => Device is null
        || (Device.VenueId is { } venueId ? offer.Doors.VenueId == venueId : Device.EventIds.Contains(offer.EventId));

    public static async ValueTask<Door> Of(Caller caller, DeviceBook devices, CancellationToken ct) =>
        new(caller, caller.Kind == CallerKind.Device ? await devices.Find(caller, ct) : null);

    /// <summary>An event that the caller works at; to a device all others do not exist.</summary>
    public static async Task<Outcome<EventOffer>> Enter(
        Guid eventId, Caller caller, DeviceBook devices, EventOffers offers, CancellationToken ct)
    {
        var door = await Of(caller, devices, ct);
        if (door.IsRevoked) return EventNotFound;
        return await offers.Find(caller.OrgId, eventId, ct) is { } offer && door.Covers(offer) ? offer : EventNotFound;
    }
}
