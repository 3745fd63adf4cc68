using System.Text.Json.Serialization;

namespace Balie.Ticketing.Bookings;

/// <summary>A booking as everyone sees it who may see it.</summary>
/// <param name="Reference">For people: ten characters, none of which looks like another.</param>
/// <param name="ExpiresAt">While pending: when the places come free again.</param>
internal sealed record Booking(
    Guid Id, string Reference, string Status, Guid EventId, Guid SlotId, IReadOnlyList<BookingItem> Items, Money Total,
    BookingHolder? Holder, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt);

/// <summary>So many tickets of one type. The numbers are there once the booking is confirmed.</summary>
internal sealed record BookingItem(
    Guid TicketTypeId, string Name, int Quantity, Money UnitPrice,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<BookedSeat>? Seats,
    IReadOnlyList<string> Tickets);

internal sealed record BookedSeat(int Seat, string Label);

/// <summary>Who comes. Guests give it, signed-in people may.</summary>
internal sealed record BookingHolder(string Name, string Email);

/// <summary>The values of <c>ticketing.bookings.status</c>, and which may follow which.</summary>
internal static class BookingStates
{
    public const string Pending = "pending";
    public const string Confirmed = "confirmed";
    public const string Expired = "expired";
    public const string Cancelled = "cancelled";

    /// <summary>A hold that lapsed may still be paid late, as long as places are left.</summary>
    public static bool MayBecome(string from, string to) => (from, to) switch
    {
        (Pending, Confirmed or Expired or Cancelled) => true,
        (Expired, Confirmed) => true,
        (Confirmed, Cancelled) => true,
        _ => false,
    };
}
