namespace Balie.Contracts.Ticketing;

/// <summary>Tickets, for whoever sends them: mails and downloads.</summary>
public interface ITickets
{
    /// <summary>The tickets of these bookings in the order in which they were booked; unknown bookings are left out.</summary>
    Task<IReadOnlyList<BookingFacts>> See(Guid orgId, IReadOnlyList<Guid> bookingIds, CancellationToken ct);

    /// <summary>All valid tickets of these bookings as one PDF, a page each; null when there is none.</summary>
    Task<TicketFile?> Pdf(Guid orgId, IReadOnlyList<Guid> bookingIds, string locale, CancellationToken ct);

    /// <summary>The calendar entry of a booking; null when there is no such booking.</summary>
    Task<TicketFile?> Calendar(Guid orgId, Guid bookingId, CancellationToken ct);
}

/// <summary>A file to hand over.</summary>
public sealed record TicketFile(string Name, string ContentType, ReadOnlyMemory<byte> Content);

/// <summary>A booking with what a mail tells of it.</summary>
public sealed record BookingFacts(
    Guid BookingId, string Reference, string Status, Guid EventId, Guid SlotId, string Title, string VenueName, string VenueAddress,
    string EventStatus, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string Zone, string HolderName, string HolderEmail, Guid? UserId,
    IReadOnlyList<TicketFacts> Tickets);

/// <param name="Status">One of the ticket's states: issued, checked_in, …</param>
public sealed record TicketFacts(Guid TicketId, string Number, string TypeName, string? Seat, string Status, string HolderName);
