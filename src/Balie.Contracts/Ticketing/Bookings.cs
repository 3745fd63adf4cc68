namespace Balie.Contracts.Ticketing;

/// <summary>Places are held for somebody who still has to pay.</summary>
[Message("booking.held")]
public sealed record BookingHeld(Guid BookingId, Guid EventId, Guid SlotId, int Quantity, DateTimeOffset ExpiresAt);

/// <summary>Places are somebody's: a free booking at once, a priced one when it is paid.</summary>
[Message("booking.confirmed")]
public sealed record BookingConfirmed(Guid BookingId, Guid EventId, Guid SlotId, int Quantity);

/// <summary>A hold ended without payment; its places are free.</summary>
[Message("booking.expired")]
public sealed record BookingExpired(Guid BookingId, Guid EventId, Guid SlotId);

/// <summary>A booking was given back; its places are free.</summary>
[Message("booking.cancelled")]
public sealed record BookingCancelled(Guid BookingId, Guid EventId, Guid SlotId, string Reason);
