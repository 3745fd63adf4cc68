using Balie.Ticketing.Tickets;
using Balie.Ui;

namespace Balie.Ticketing.Pages;

/// <summary>One ticket on a page: what it is, and its code for whom it opens a door.</summary>
internal static class TicketCard
{
    /// <param name="isOpen">The code is to be seen at once, because it is what the page is about.</param>
    /// <param name="google">Where it is saved to Google's wallet, if that is for this ticket alone to say.</param>
    public static Markup Draw(Reader reader, TicketReader.Row ticket, Caller caller, bool isOpen, Uri? google = null) => $"""
        <li class="ticket">
        <p class="what">{What(ticket)}</p>
        <p class="ref">{ticket.Number}</p>
        <p>{ticket.HolderName}</p>
        {(Ticket.MayHave(ticket, caller) ? Code(reader, ticket, isOpen) : (Markup)$"<p>{WordFor(reader, ticket.Status)}</p>")}
        {(google is null ? $"" : (Markup)$"""<p><a class="save" href="{google.AbsoluteUri}">{ToGoogle(reader)}</a></p>""")}
        </li>

        """;

    public static string ToGoogle(Reader reader) => reader.Say("Voeg toe aan Google Wallet", "Add to Google Wallet");

    public static string ToApple(Reader reader) => reader.Say("Voeg toe aan Apple Wallet", "Add to Apple Wallet");

    private static string What(TicketReader.Row ticket) =>
        ticket.SeatLabel is { } seat ? $"{ticket.TypeName}, {seat}" : ticket.TypeName;

    private static Markup Code(Reader reader, TicketReader.Row ticket, bool isOpen)
    {
        using var qr = new QrImage(ticket.Code);
        return $"""
            <details{(isOpen ? " open" : "")}><summary>{reader.Say("QR-code voor de deur", "QR code for the door")}</summary>
            <img class="qr" src="data:image/png;base64,{Convert.ToBase64String(qr.Png())}"
            alt="{reader.Say($"QR-code van kaart {ticket.Number}", $"QR code of ticket {ticket.Number}")}">
            <p>{reader.Say("Goed voor één keer naar binnen. Deel de code met niemand.", "Good for one entry. Share it with nobody.")}</p>
            </details>
            """;
    }

    private static string WordFor(Reader reader, string status) => status switch
    {
        // Good, but not in these hands.
        TicketStates.Issued or TicketStates.Transferred => reader.Say("Van iemand anders nu.", "Somebody else's now."),
        TicketStates.CheckedIn => reader.Say("Gebruikt.", "Used."),
        TicketStates.Listed => reader.Say("Te koop aangeboden.", "Offered for sale."),
        TicketStates.Voided => reader.Say("Niet meer geldig.", "Not valid any more."),
        TicketStates.Refunded => reader.Say("Terugbetaald.", "Refunded."),
        TicketStates.Expired => reader.Say("Niet gebruikt.", "Not used."),
        _ => throw new InvalidOperationException($"Unknown status {status}."),
    };
}
