using System.Globalization;
using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.Wallets;

/// <summary>
/// The link that saves a ticket to Google Wallet: everything the wallet shows travels in it, signed, so nothing is stored at Google before
/// somebody follows it. A new code has an object of its own, since a link changes none that was saved.
/// </summary>
internal static class GoogleLink
{
    /// <summary>Browsers and Google cut off what is longer.</summary>
    public const int Longest = 1_800;

    private const string Save = "https://pay.google.com/gp/v/save/";
    private static readonly int[] LongestTexts = [200, 60, 30, 12];

    public static string Of(
        TicketReader.Row ticket, Occasion occasion, string organiser, TicketTexts texts, GoogleSigner signer, DateTimeOffset now)
    {
        // Long names are cut until the link is short enough; ids, times and the code always fit.
        var link = "";
        foreach (var longest in LongestTexts)
        {
            link = Save + signer.Sign(Claims(ticket, occasion, organiser, texts, signer, now, longest));
            if (link.Length <= Longest) break;
        }
        return link;
    }

    private static object Claims(
        TicketReader.Row ticket, Occasion occasion, string organiser, TicketTexts texts, GoogleSigner signer, DateTimeOffset now,
        int longest)
    {
        var classId = $"{signer.IssuerId}.slot-{ticket.SlotId:n}";
        var theClass = new Dictionary<string, object>
        {
            ["id"] = classId,
            ["issuerName"] = Cut(organiser.Length > 0 ? organiser : "Balie"),
            ["eventName"] = Localised(occasion.Title),
            ["reviewStatus"] = "UNDER_REVIEW",
            ["dateTime"] = new { start = Moment(occasion.StartsAt), end = Moment(occasion.EndsAt) },
        };
        if (occasion.VenueName.Length > 0 && occasion.VenueAddress.Length > 0)
            theClass["venue"] = new { name = Localised(occasion.VenueName), address = Localised(occasion.VenueAddress) };
        var theObject = new Dictionary<string, object>
        {
            ["id"] = $"{signer.IssuerId}.ticket-{ticket.TicketId:n}-{ticket.Serial}",
            ["classId"] = classId,
            ["state"] = "ACTIVE",
            ["barcode"] = new { type = "QR_CODE", value = ticket.Code, alternateText = ticket.Number },
            ["ticketNumber"] = ticket.Number,
        };
        if (ticket.HolderName.Length > 0) theObject["ticketHolderName"] = Cut(ticket.HolderName);
        if (ticket.SeatLabel is { } seat) theObject["seatInfo"] = new { seat = Localised(seat) };
        return new
        {
            iss = signer.Account,
            aud = "google",
            typ = "savetowallet",
            iat = now.ToUnixTimeSeconds(),
            origins = Array.Empty<string>(),
            payload = new { eventTicketClasses = new[] { theClass }, eventTicketObjects = new[] { theObject } },
        };

        object Localised(string text) => new { defaultValue = new { language = texts.Language, value = Cut(text) } };

        string Cut(string text) => text.Length <= longest
            ? text
            : new string([.. text.Take(longest - 1).Where(one => !char.IsSurrogate(one))]) + "…";
    }

    private static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
