using System.Text.Json.Serialization;
using Balie.Ticketing.Bookings;

namespace Balie.Ticketing.Tickets;

/// <summary>A ticket as everyone sees it who may see it.</summary>
/// <param name="Number">For people: the booking's reference and a count.</param>
/// <param name="Code">What the QR code holds. Only for its holder and for staff who may change bookings, and while it opens a door.</param>
internal sealed record Ticket(
    Guid Id, string Number, string Status, Guid BookingId, Guid EventId, Guid SlotId, Guid TicketTypeId, string TypeName,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Seat, Money Price, BookingHolder Holder, int Serial,
    string? Code, DateTimeOffset IssuedAt)
{
    public static Ticket Of(TicketReader.Row row, Caller caller) => new(
        row.TicketId, row.Number, row.Status, row.BookingId, row.EventId, row.SlotId, row.TicketTypeId, row.TypeName, row.SeatLabel,
        new Money(row.PriceMinor, row.Currency), new BookingHolder(row.HolderName, row.HolderEmail), row.Serial,
        MayHave(row, caller) ? row.Code : null, row.IssuedAt);

    /// <summary>Whether the caller may have what opens the door: not whoever gave it away, and not for one that is used up.</summary>
    public static bool MayHave(TicketReader.Row row, Caller caller) =>
        TicketStates.IsGood(row.Status) && (row.IsHolders || caller.May(Permission.BookingsWrite));
}
