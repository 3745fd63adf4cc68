using Balie.Ticketing.Bookings;
using Balie.Ticketing.Events;
using Balie.Ticketing.Tickets;
using Balie.Ui;

namespace Balie.Ticketing.Pages;

/// <summary>A booking as whoever made it reads it: how it stands, what, when and where, its tickets, and what can be done.</summary>
/// <param name="email">As the reader gave it, for the forms; nothing for who is signed in.</param>
internal sealed class BookingSheet(Visit visit, Booking booking, Occasion occasion, IReadOnlyList<TicketReader.Row> tickets, string email)
{
    /// <summary>It was made for somebody on the waiting list.</summary>
    public required bool IsOffer { get; init; }

    /// <summary>This installation takes money; otherwise the desk does.</summary>
    public required bool CanBePaid { get; init; }

    public required bool HasApple { get; init; }

    /// <summary>Where each ticket that its reader may have is saved to Google's wallet.</summary>
    public required IReadOnlyDictionary<Guid, Uri> Google { get; init; }

    public string Title => State.Title;

    private bool IsHeld => booking.Status == BookingStates.Pending && !occasion.IsCalledOff;

    private bool IsSold => booking.Status == BookingStates.Confirmed;

    public Markup Draw() => $"""
        {State.Sign}
        <h1>{Title}</h1>
        <p role="status">{State.More}</p>
        {ToTake}
        {Parts.Facts([.. Programme.Of(visit.Reader, occasion), (visit.Say("Plaatsen", "Places"), Places), Price,
            (visit.Say("Reservering", "Booking"), booking.Reference)])}
        {(IsSold ? Tickets : $"")}
        """;

    private string Places => string.Join("; ", booking.Items.Select(item =>
        Programme.Together([$"{item.Quantity} × {item.Name}", .. (item.Seats ?? []).Select(seat => seat.Label)])));

    private (string, string) Price => (visit.Say("Prijs", "Price"),
        booking.Total.Amount == 0 ? visit.Say("Gratis", "Free") : visit.Reader.Amount(booking.Total));

    private Markup ToTake
    {
        get
        {
            if (!IsHeld) return $"";
            var take = booking.Items.Sum(item => item.Quantity) == 1
                ? visit.Say("Neem de plaats", "Take the place")
                : visit.Say("Neem de plaatsen", "Take the places");
            if (booking.Total.Amount == 0) return IsOffer ? Form(Main(take, Deeds.Take)) : $"";
            if (!CanBePaid)
                return $"<p class=\"note\">{visit.Say("Betalen kan aan de balie.", "You pay at the desk.")}</p>";
            return Form(Main($"{take}, {visit.Reader.Amount(booking.Total)}", Deeds.Pay));
        }
    }

    private Markup Tickets
    {
        get
        {
            var mine = tickets.Count(ticket => Ticket.MayHave(ticket, visit.Caller));
            if (tickets.Count == 0)
            {
                var soon = visit.Say("Uw kaarten worden gemaakt. Dat duurt meestal een paar tellen.",
                    "Your tickets are being made. That usually takes a few seconds.");
                var look = Parts.Button(visit.Say("Kijk opnieuw", "Look again"), Deeds.Name, Deeds.Look);
                return $"<p class=\"note\">{soon}</p>\n{Papers([look])}";
            }
            // A link saves one ticket, so where there are several it stands beside each.
            var only = mine == 1 ? Google.Values.SingleOrDefault() : null;
            return $"""
                <h2>{visit.Say("Kaarten", "Tickets")}</h2>
                <ul class="tickets">{tickets.Select(ticket => TicketCard.Draw(visit.Reader, ticket, visit.Caller, isOpen: mine == 1,
                    only is null ? Google.GetValueOrDefault(ticket.TicketId) : null))}</ul>
                {Papers(mine == 0 ? [] :
                [
                    Parts.Button(visit.Say("Kaarten als PDF", "Tickets as PDF"), Deeds.Name, Deeds.Tickets),
                    HasApple ? Parts.Button(TicketCard.ToApple(visit.Reader), Deeds.Name, Deeds.Wallet) : $"",
                    only is null ? $"" : Parts.Link(TicketCard.ToGoogle(visit.Reader), only.AbsoluteUri, isQuiet: true),
                ])}
                """;
        }
    }

    private Markup Papers(IEnumerable<Markup> more) => Form(
        $"{more}{Parts.Button(visit.Say("Zet in uw agenda", "Add to your calendar"), Deeds.Name, Deeds.Calendar)}", "papers");

    private Markup Form(Markup buttons, string kind = "deed") => $"""
        <form class="{kind}" method="post" action="{visit.Address($"/bookings/{booking.Reference}")}">
        {Parts.Hidden("email", email)}
        {buttons}
        </form>
        """;

    private static Markup Main(string label, string deed) => Parts.Button(label, Deeds.Name, deed, isQuiet: false);

    private (Markup Sign, string Title, string More) State => (booking.Status, occasion.EventStatus) switch
    {
        (BookingStates.Pending or BookingStates.Confirmed, EventStates.Cancelled) => (Signs.Bad,
            visit.Say($"{occasion.Title} gaat niet door", $"{occasion.Title} is cancelled"),
            visit.Say("Hebt u betaald? Dan krijgt u alles terug, en bericht daarvan.",
                "You paid? Then you get all of it back, and a word of it.")),
        (BookingStates.Confirmed, EventStates.Postponed) => (Signs.Wait,
            visit.Say($"{occasion.Title} is uitgesteld", $"{occasion.Title} is postponed"),
            visit.Say("Uw kaarten blijven geldig. U hoort van ons wanneer het wordt.",
                "Your tickets stay valid. We tell you when it will be.")),
        (BookingStates.Confirmed, EventStates.Completed) => (Signs.Good,
            visit.Say($"{occasion.Title} is geweest", $"{occasion.Title} is over"),
            visit.Say("Wij hopen dat u genoten hebt.", "We hope that you enjoyed it.")),
        (BookingStates.Confirmed, _) => (Signs.Good,
            visit.Say($"Uw kaarten voor {occasion.Title}", $"Your tickets for {occasion.Title}"),
            visit.Say("Laat ze bij de deur zien, op papier of op uw telefoon.", "Show them at the door, on paper or on your phone.")),
        (BookingStates.Pending, _) when IsOffer => (Signs.Wait,
            visit.Say($"Er is plaats voor u: {occasion.Title}", $"There is a place for you: {occasion.Title}"),
            visit.Say($"Wij houden die vast tot {Until}. Daarna is de volgende aan de beurt.",
                $"We keep it until {Until}. Then it is the next one's turn.")),
        (BookingStates.Pending, _) => (Signs.Wait,
            visit.Say("Uw reservering wacht op betaling", "Your booking waits to be paid"),
            visit.Say($"Wij houden de plaatsen vast tot {Until}.", $"We keep the places until {Until}.")),
        (BookingStates.Cancelled, _) => (Signs.Bad,
            visit.Say("Deze reservering is geannuleerd", "This booking was cancelled"),
            visit.Say("De plaatsen zijn weer vrij. Kaarten ervan openen geen deur meer.",
                "The places are free again. Tickets of it open no door any more.")),
        (BookingStates.Expired, _) => (Signs.Bad,
            visit.Say("Deze reservering is verlopen", "This booking has lapsed"),
            visit.Say("De plaatsen zijn weer vrij. Wilt u nog? Reserveer dan opnieuw.",
                "The places are free again. You still want them? Then book once more.")),
        var (status, _) => throw new InvalidOperationException($"Unknown status {status}."),
    };

    private string Until => Programme.When(visit.Reader, booking.ExpiresAt.GetValueOrDefault(), occasion.Zone);
}
