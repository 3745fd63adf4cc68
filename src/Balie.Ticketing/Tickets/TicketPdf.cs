using System.Globalization;

namespace Balie.Ticketing.Tickets;

/// <summary>Tickets on paper: a page of A4 each, what it is for in large letters and the code where a scanner finds it.</summary>
internal static class TicketPdf
{
    private const double Left = 56;
    private const double Right = PdfPage.Width - 56;
    private const double QrSize = 200;
    private const double LabelWidth = 110;
    private const double RowGap = 6;

    private static readonly PdfStyle Title = new(26, Bold: true);
    private static readonly PdfStyle Plain = new(12);
    private static readonly PdfStyle Strong = new(12, Bold: true);
    private static readonly PdfStyle Small = new(9, Grey: 0.35);

    /// <param name="tickets">At least one.</param>
    public static byte[] Of(
        IReadOnlyList<TicketReader.Row> tickets, IReadOnlyDictionary<Guid, Occasion> occasions, string organiser, TicketTexts texts,
        DateTimeOffset now)
    {
        var first = occasions[tickets[0].SlotId];
        var title = $"{(tickets.Count == 1 ? $"{texts.Ticket} {tickets[0].Number}" : texts.Tickets)}: {first.Title}";
        var document = new PdfDocument(title, texts.Language, now);
        for (var i = 0; i < tickets.Count; i++)
        {
            var page = document.AddPage();
            page.Group("Sect", () => Draw(page, tickets[i], occasions[tickets[i].SlotId], organiser, texts));
            var count = string.Format(CultureInfo.InvariantCulture, texts.Page, i + 1, tickets.Count);
            page.Margin(count, Small, Left, PdfPage.Height - 40, Right - Left);
        }
        return document.Write();
    }

    private static void Draw(PdfPage page, TicketReader.Row ticket, Occasion occasion, string organiser, TicketTexts texts)
    {
        var y = 52.0;
        if (organiser.Length > 0) y = page.Text("P", organiser, Small, Left, y, Right - Left, mostLines: 1) + 4;
        y = page.Text("H1", occasion.Title, Title, Left, y, Right - Left, mostLines: 3) + 8;
        if (occasion.IsCalledOff) y = page.Text("P", texts.CalledOff, Strong, Left, y, Right - Left) + 8;
        page.Rule(Left, y, Right - Left);
        y += 18;

        Row(texts.When, texts.Moment(occasion));
        Row(texts.Where, string.Join(", ", ((string[])[occasion.VenueName, occasion.VenueAddress]).Where(part => part.Length > 0)));
        Row(texts.Type, ticket.TypeName);
        Row(texts.Seat, ticket.SeatLabel ?? "");
        Row(texts.Name, ticket.HolderName);
        Row(texts.Price, texts.Of(new Money(ticket.PriceMinor, ticket.Currency)));
        Row(texts.Number, ticket.Number);
        Row(texts.Booking, TicketNumber.Reference(ticket.Number));

        y += 18;
        using var qr = new QrImage(ticket.Code);
        var module = QrSize / qr.Size;
        page.Figure(string.Format(CultureInfo.InvariantCulture, texts.QrOf, ticket.Number), Left, y, QrSize, QrSize,
            qr.Runs().Select(run => (run.X * module, run.Y * module, run.Length * module, module)));
        page.Text("P", texts.OneEntry, Plain, Left + QrSize + 18, y + 24, Right - Left - QrSize - 18, mostLines: 8);

        void Row(string label, string value)
        {
            if (value.Length == 0) return;
            var top = y;
            page.Group("P", () =>
            {
                page.Text("Span", $"{label}:", Plain with { Grey = 0.35 }, Left, top, LabelWidth, mostLines: 1);
                y = page.Text("Span", value, Strong, Left + LabelWidth, top, Right - Left - LabelWidth) + RowGap;
            });
        }
    }
}
