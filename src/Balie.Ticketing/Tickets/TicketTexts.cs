using System.Globalization;
using Balie.Ticketing.Slots;

namespace Balie.Ticketing.Tickets;

/// <summary>What stands on tickets, in Dutch for whoever reads it and in English for everyone else.</summary>
internal sealed record TicketTexts(
    string Language, CultureInfo Culture, string Ticket, string Tickets, string When, string Where, string Type, string Seat, string Name,
    string Price, string Free, string Number, string Booking, string CalledOff, string OneEntry, string QrOf, string Page)
{
    public static readonly TicketTexts Dutch = new(
        "nl", CultureInfo.GetCultureInfo("nl-NL"), "Ticket", "Tickets", "Wanneer", "Waar", "Soort", "Plaats", "Naam", "Prijs", "Gratis",
        "Ticketnummer", "Boeking", "Dit gaat niet door.",
        "Goed voor één keer naar binnen. Toon deze code op papier of op uw telefoon, en deel haar met niemand.",
        "QR-code van ticket {0}", "Pagina {0} van {1}");

    public static readonly TicketTexts English = new(
        "en", CultureInfo.GetCultureInfo("en-GB"), "Ticket", "Tickets", "When", "Where", "Type", "Seat", "Name", "Price", "Free",
        "Ticket number", "Booking", "This has been cancelled.",
        "Good for one entry. Show this code on paper or on your phone, and share it with nobody.",
        "QR code of ticket {0}", "Page {0} of {1}");

    public static TicketTexts In(string? locale) =>
        locale is null || locale.StartsWith("nl", StringComparison.OrdinalIgnoreCase) ? Dutch : English;

    /// <summary>The day and the time, as a clock at the venue shows them.</summary>
    public string Moment(Occasion occasion)
    {
        var (starts, ends) = (LocalTimes.Local(occasion.StartsAt, occasion.Zone), LocalTimes.Local(occasion.EndsAt, occasion.Zone));
        var until = ends.Date == starts.Date ? ends.ToString("HH:mm", Culture) : ends.ToString("d MMMM HH:mm", Culture);
        return $"{starts.ToString("dddd d MMMM yyyy, HH:mm", Culture)}–{until}";
    }

    public string Of(Money price)
    {
        if (price.Amount == 0) return Free;
        var separator = Culture.NumberFormat.NumberDecimalSeparator;
        return string.Create(Culture, $"{price.Currency} {price.Amount / 100}{separator}{price.Amount % 100:00}");
    }
}
