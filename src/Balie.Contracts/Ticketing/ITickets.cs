namespace Balie.Contracts.Ticketing;

/// <summary>Tickets, for whoever sends them: mails and downloads.</summary>
public interface ITickets
{
    /// <summary>The tickets of these bookings in the order in which they were booked; unknown bookings are left out.</summary>
    Task<IReadOnlyList<BookingFacts>> See(Guid orgId, IReadOnlyList<Guid> bookingIds, CancellationToken ct);

    /// <summary>
    /// What goes with the mail of each of these bookings: the valid tickets that its booker still has as a PDF, a page each, if there are
    /// any; and its calendar entry. Unknown bookings are left out.
    /// </summary>
    Task<IReadOnlyDictionary<PapersWanted, IReadOnlyList<TicketFile>>> Papers(
        Guid orgId, IReadOnlyList<PapersWanted> wanted, CancellationToken ct);

    /// <summary>These tickets as one PDF, for a new holder or a new code; null when none of them is valid.</summary>
    Task<TicketFile?> PdfOf(Guid orgId, IReadOnlyList<Guid> ticketIds, string locale, CancellationToken ct);

    /// <summary>What the mail of an offered ticket tells, the secret of its link included; null when the offer has ended.</summary>
    Task<TransferFacts?> Transfer(Guid orgId, Guid transferId, CancellationToken ct);
}

/// <param name="Locale">nl or en, for what is printed.</param>
public sealed record PapersWanted(Guid BookingId, string Locale);

/// <summary>A file to hand over.</summary>
public sealed record TicketFile(string Name, string ContentType, ReadOnlyMemory<byte> Content);

/// <summary>A booking with what a mail tells of it.</summary>
public sealed record BookingFacts(
    Guid BookingId, string Reference, string Status, Guid EventId, Guid SlotId, string Title, string VenueName, string VenueAddress,
    string EventStatus, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string Zone, string HolderName, string HolderEmail, Guid? UserId,
    IReadOnlyList<TicketFacts> Tickets);

/// <param name="Status">One of the ticket's states: issued, checked_in, …</param>
/// <param name="HolderEmail">Whose the ticket is now: the booker's own address, or that of whoever it was given to.</param>
public sealed record TicketFacts(
    Guid TicketId, string Number, string TypeName, string? Seat, string Status, string HolderName, string HolderEmail = "");

/// <param name="Secret">Opens the offer together with the transfer's id: for the link in the mail to <paramref name="ToEmail"/>.</param>
public sealed record TransferFacts(
    Guid TransferId, Guid TicketId, string Secret, string FromName, string ToEmail, DateTimeOffset ExpiresAt, string Title,
    string VenueName, DateTimeOffset StartsAt, string Zone, string TypeName, string? Seat);
