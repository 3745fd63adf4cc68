using Balie.Contracts.Orders;
using Balie.Contracts.Ticketing;
using static Balie.Kernel.MailBlock;

namespace Balie.Notifications.Mails;

/// <summary>What several mails show alike.</summary>
internal static class Lines
{
    /// <summary>What, when, where.</summary>
    public static MailBlock Programme(this Voice voice, BookingFacts booking) => new Facts(
    [
        .. new[]
        {
            (voice.Say("Wat", "What"), booking.Title),
            (voice.Say("Wanneer", "When"), voice.When(booking.StartsAt, booking.Zone)),
            (voice.Say("Waar", "Where"), Together(booking.VenueName, booking.VenueAddress)),
            (voice.Say("Reservering", "Booking"), booking.Reference),
        }.Where(row => row.Item2.Length > 0),
    ]);

    /// <summary>Ticket by ticket: its number, and what and where it is.</summary>
    public static MailBlock Tickets(this Voice voice, BookingFacts booking) => new Facts(
        [.. booking.Tickets.Select(ticket => (ticket.Number, Together(ticket.TypeName, ticket.Seat)))]);

    /// <summary>What there is of these, after commas.</summary>
    public static string Together(params IEnumerable<string?> parts) =>
        string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));

    public static IEnumerable<MailBlock> ToBooking(this Voice voice, BookingFacts booking) =>
        voice.Link("Bekijk uw reservering", "See your booking", $"/bookings/{Uri.EscapeDataString(booking.Reference)}");

    public static IEnumerable<MailBlock> ToTicket(this Voice voice, TicketFacts ticket) =>
        voice.Link("Bekijk uw kaart", "See your ticket", $"/tickets/{Uri.EscapeDataString(ticket.Number)}");

    public static IEnumerable<MailBlock> ToOrder(this Voice voice, OrderView order) =>
        voice.Link("Bekijk uw bestelling", "See your order", $"/orders/{Uri.EscapeDataString(order.Reference)}");

    public static IEnumerable<MailBlock> Because(this Voice voice, string reason) =>
        reason.Length == 0 ? [] : [voice.Tell($"De reden: {reason}", $"The reason: {reason}")];
}
