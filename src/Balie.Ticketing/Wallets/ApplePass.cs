using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Balie.Ticketing.Slots;
using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.Wallets;

/// <summary>
/// A pass for Apple Wallet: a zip of pass.json, icons, a manifest of everybody's SHA-1 and a signature over it. The ticket's id is the
/// pass's serial number, so the pass of a new code replaces the old one.
/// </summary>
internal static class ApplePass
{
    public const string ContentType = "application/vnd.apple.pkpass";
    public const string SeveralContentType = "application/vnd.apple.pkpasses";

    private static readonly TimeSpan KeptAfterTheEnd = TimeSpan.FromDays(1);
    private static readonly string[] Icons = ["icon.png", "icon@2x.png", "icon@3x.png"];

    // What is read aloud must not be escaped beyond need; it is a file, never part of a page.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Of(
        TicketReader.Row ticket, Occasion occasion, string organiser, TicketTexts texts, AppleSigner signer, DateTimeOffset now)
    {
        var files = new List<(string Name, byte[] Content)>
        {
            ("pass.json", JsonSerializer.SerializeToUtf8Bytes(Pass(ticket, occasion, organiser, texts, signer.Options), Plain)),
        };
        foreach (var icon in Icons) files.Add((icon, Resource(icon)));
        var manifest = JsonSerializer.SerializeToUtf8Bytes(files.ToDictionary(file => file.Name, file => Hash(file.Content)), Plain);
        files.Add(("manifest.json", manifest));
        files.Add(("signature", signer.Sign(manifest, now)));
        return Zip(files, now);
    }

    /// <summary>Several passes to add in one go.</summary>
    public static byte[] Several(IEnumerable<(string Number, byte[] Pass)> passes, DateTimeOffset now) =>
        Zip([.. passes.Select(one => ($"{one.Number}.pkpass", one.Pass))], now);

    private static object Pass(
        TicketReader.Row ticket, Occasion occasion, string organiser, TicketTexts texts, AppleOptions options) => new
        {
            formatVersion = 1,
            passTypeIdentifier = options.PassTypeIdentifier,
            teamIdentifier = options.TeamIdentifier,
            serialNumber = ticket.TicketId,
            organizationName = organiser,
            description = $"{texts.Ticket} {occasion.Title}",
            logoText = organiser,
            groupingIdentifier = ticket.BookingId,
            relevantDate = Moment(occasion.StartsAt, occasion),
            expirationDate = Moment(occasion.EndsAt + KeptAfterTheEnd, occasion),
            sharingProhibited = true,
            foregroundColor = "rgb(255, 255, 255)",
            backgroundColor = "rgb(31, 41, 55)",
            labelColor = "rgb(245, 158, 11)",
            barcodes = new[]
        {
            new { format = "PKBarcodeFormatQR", message = ticket.Code, messageEncoding = "iso-8859-1", altText = ticket.Number },
        },
            eventTicket = new
            {
                primaryFields = Fields(("event", "", occasion.Title)),
                secondaryFields = Fields(("when", texts.When, texts.Moment(occasion)), ("where", texts.Where, occasion.VenueName)),
                auxiliaryFields = Fields(
                ("type", texts.Type, ticket.TypeName), ("seat", texts.Seat, ticket.SeatLabel ?? ""),
                ("name", texts.Name, ticket.HolderName)),
                backFields = Fields(
                ("number", texts.Number, ticket.Number), ("address", texts.Where, occasion.VenueAddress), ("entry", "", texts.OneEntry)),
            },
        };

    private static object[] Fields(params (string Key, string Label, string Value)[] fields) =>
    [
        .. from field in fields
           where field.Value.Length > 0
           select new { key = field.Key, label = field.Label, value = field.Value },
    ];

    private static string Moment(DateTimeOffset moment, Occasion occasion)
    {
        var local = LocalTimes.Local(moment, occasion.Zone);
        return new DateTimeOffset(local, local - moment.UtcDateTime).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
    }

#pragma warning disable CA5350 // The format asks for SHA-1 in its manifest; what is trusted is the signature over it, with SHA-256.
    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA1.HashData(content));
#pragma warning restore CA5350

    // Stored, not packed: some readers are said to refuse packed entries.
    private static byte[] Zip(IReadOnlyList<(string Name, byte[] Content)> files, DateTimeOffset now)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                var entry = archive.CreateEntry(name, CompressionLevel.NoCompression);
                entry.LastWriteTime = now;
                using var stream = entry.Open();
                stream.Write(content);
            }
        }
        return zip.ToArray();
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(ApplePass).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"There is no {name} in this program.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
