using Balie.Ticketing.Slots;
using Balie.Ticketing.Tickets;
using Balie.Ui;

namespace Balie.Ticketing.Pages;

/// <summary>What, when and where, as every page of a visitor shows it.</summary>
internal static class Programme
{
    public static IEnumerable<(string Label, string Value)> Of(Reader reader, Occasion occasion) =>
    [
        (reader.Say("Wat", "What"), occasion.Title),
        (reader.Say("Wanneer", "When"), When(reader, occasion.StartsAt, occasion.Zone)),
        (reader.Say("Waar", "Where"), Together(occasion.VenueName, occasion.VenueAddress)),
    ];

    /// <summary>With the zone: a reader may be in another.</summary>
    public static string When(Reader reader, DateTimeOffset moment, string zone)
    {
        var place = zone[(zone.LastIndexOf('/') + 1)..].Replace('_', ' ');
        return $"{reader.Moment(LocalTimes.Local(moment, zone))} ({reader.Say($"tijd in {place}", $"{place} time")})";
    }

    public static string Together(params IEnumerable<string?> parts) =>
        string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));
}
