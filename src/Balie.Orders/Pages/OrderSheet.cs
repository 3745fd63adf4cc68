using Balie.Contracts.Orders;
using Balie.Orders.Invoices;
using Balie.Orders.Refunds;
using Balie.Orders.Saga;
using Balie.Ui;

namespace Balie.Orders.Pages;

/// <summary>An order as its buyer reads it: how it stands, what it is made of, what went back, and what can be done.</summary>
/// <param name="email">As the reader gave it, for the forms; nothing for who is signed in.</param>
/// <param name="action">The address of this very page.</param>
/// <param name="now">By the clock that judges when the order ends.</param>
/// <param name="pages">Where each of the things bought can be seen.</param>
internal sealed class OrderSheet(
    Reader reader, OrderView order, string email, string action, DateTimeOffset now, IReadOnlyList<RefundRow> refunds,
    IReadOnlyList<InvoiceRow> creditNotes, IReadOnlyList<(string Title, string? Address)> pages)
{
    private readonly (Markup Sign, string Title, string More) _state = StateOf(reader, order, now);

    public string Title => _state.Title;

    private bool IsSold => order.Status is OrderStates.Confirmed or OrderStates.Completed;

    private bool IsPayable => MayBePaid(order, now);

    private bool IsBusy => order is { Status: OrderStates.AwaitingPayment, PaymentBadge: "pending" or "authorised" };

    public Markup Draw() => $"""
        {_state.Sign}
        <h1>{_state.Title}</h1>
        <p class="number">{order.Reference}</p>
        <p role="status">{_state.More}</p>
        {ToPayment}
        {ToWhatWasBought}
        <h2>{reader.Say("Uw bestelling", "Your order")}</h2>
        <table class="sums">
        <tbody>{order.Lines.Select(Row)}</tbody>
        <tfoot>{Totals}</tfoot>
        </table>
        {Refunds}
        {Papers}
        """;

    private Markup Form(Markup buttons, string kind = "deed") => $"""
        <form class="{kind}" method="post" action="{action}">
        {Hidden}
        {buttons}
        </form>
        """;

    private Markup Hidden => Parts.Hidden("email", email);

    // A form may not lead to another host, and the provider's page is one: so a link wherever the payment exists already.
    private Markup ToPayment
    {
        get
        {
            if (IsBusy) return Form(Parts.Button(reader.Say("Kijk opnieuw", "Look again"), OrderPage.Deed, OrderPage.Look));
            if (!IsPayable) return $"";
            var label = reader.Say($"Betaal {reader.Amount(order.Due)}", $"Pay {reader.Amount(order.Due)}");
            return order.PaymentUrl is { } address
                ? Parts.Link(label, address)
                : Form(Parts.Button(label, OrderPage.Deed, OrderPage.Pay, isQuiet: false));
        }
    }

    private Markup ToWhatWasBought => !IsSold ? $"" : (Markup)$"{pages.Where(page => page.Address is not null).Select(To)}";

    private Markup To((string Title, string? Address) page) => $"""
        <form method="post" action="{page.Address}">
        {Hidden}
        <button class="button">{reader.Say("Bekijk", "See")} {page.Title}</button>
        </form>

        """;

    private Markup Row(OrderLineView line)
    {
        var name = line.Quantity == 1 ? line.Title : $"{line.Quantity} × {line.Title}";
        var more = string.Join(", ", new[] { line.Name, line.Detail }.Where(part => part.Length > 0));
        Markup detail = more.Length == 0 ? $"" : (Markup)$"<span class=\"detail\">{more}</span>";
        return $"<tr><th scope=\"row\">{name}{detail}</th><td>{reader.Amount(line.Amount)}</td></tr>\n";
    }

    private Markup Totals => $"""
        {Sum(reader.Say("Totaal", "Total"), order.Total, "sum")}
        {order.Vat.Select(vat => Sum($"{reader.Say("Waarvan btw", "Including VAT")} {reader.Share(vat.BasisPoints)}", vat.Vat))}
        {(order.Paid.Amount > 0 ? Sum(reader.Say("Betaald", "Paid"), order.Paid) : $"")}
        {(order.Refunded.Amount > 0 ? Sum(reader.Say("Terugbetaald", "Paid back"), order.Refunded) : $"")}
        {(IsPayable && order.Due != order.Total ? Sum(reader.Say("Nog te betalen", "Left to pay"), order.Due, "sum") : $"")}
        """;

    private Markup Sum(string label, Money amount, string kind = "part") =>
        $"<tr class=\"{kind}\"><th scope=\"row\">{label}</th><td>{reader.Amount(amount)}</td></tr>\n";

    private Markup Refunds
    {
        get
        {
            var told = refunds.Where(refund => refund.Status != RefundStates.Cancelled).ToArray();
            return told.Length == 0 ? $"" : (Markup)$"""
                <h2>{reader.Say("Terugbetalingen", "Refunds")}</h2>
                {Parts.Facts(told.Select(refund => (reader.Amount(refund.Total), WordFor(refund.Status))))}
                """;
        }
    }

    private string WordFor(string status) => status switch
    {
        RefundStates.Proposed => reader.Say("Wij bekijken uw verzoek.", "We are looking at your request."),
        RefundStates.Declined => reader.Say("Uw verzoek is afgewezen.", "Your request was declined."),
        RefundStates.Requested or RefundStates.Submitted => reader.Say(
            "Onderweg, langs de weg waarlangs u betaalde.", "On its way, the way you paid."),
        RefundStates.Succeeded => reader.Say("Terugbetaald.", "Paid back."),
        RefundStates.Failed or RefundStates.Reversed => reader.Say(
            "Niet gelukt. Wij zoeken het uit en nemen contact met u op.", "It did not succeed. We look into it and will be in touch."),
        _ => throw new InvalidOperationException($"Unknown status {status}."),
    };

    private Markup Papers
    {
        get
        {
            if (order.InvoiceNumber is not { } invoice) return $"";
            var (factuur, note) = (reader.Say("Factuur", "Invoice"), reader.Say("Creditnota", "Credit note"));
            return Form($"""
                {Parts.Button($"{factuur} {invoice} (PDF)", OrderPage.Deed, OrderPage.Invoice)}
                {creditNotes.Select(one => Parts.Button($"{note} {one.Shown} (PDF)", OrderPage.CreditNote, $"{one.RefundId}"))}
                """, "papers");
        }
    }

    private static bool MayBePaid(OrderView order, DateTimeOffset now) =>
        order is { Status: OrderStates.AwaitingPayment, Due.Amount: > 0, ExpiresAt: { } end } && end > now;

    private static (Markup Sign, string Title, string More) StateOf(Reader reader, OrderView order, DateTimeOffset now) =>
        (order.Status, order.PaymentBadge) switch
        {
            (OrderStates.AwaitingPayment, "pending") => (Signs.Busy,
                reader.Say("Uw betaling wordt verwerkt", "Your payment is being processed"),
                reader.Say("Zodra uw bank het laat weten, krijgt u een e-mail. Dat is meestal binnen een minuut.",
                    "As soon as your bank lets us know, you get an e-mail. That is usually within a minute.")),
            (OrderStates.AwaitingPayment, "authorised") => (Signs.Good,
                reader.Say("Uw betaling is toegezegd", "Your payment is reserved"),
                reader.Say("U krijgt een e-mail zodra uw bestelling rond is.", "You get an e-mail as soon as your order is complete.")),
            (OrderStates.AwaitingPayment, _) when MayBePaid(order, now) => (Signs.Wait,
                reader.Say("Uw bestelling wacht op betaling", "Your order waits to be paid"),
                reader.Say($"Wij houden alles nog {reader.Left(order.ExpiresAt.GetValueOrDefault() - now)} voor u vast.",
                    $"We keep everything for you for another {reader.Left(order.ExpiresAt.GetValueOrDefault() - now)}.")),
            (_, "refunded") => (Signs.Good,
                reader.Say("Uw bestelling is terugbetaald", "Your order was refunded"),
                reader.Say("Uw bank kan een paar dagen nodig hebben om het te tonen.", "Your bank may need a few days to show it.")),
            (_, "charged_back") => (Signs.Bad,
                reader.Say("De betaling is teruggeboekt", "The payment was charged back"),
                reader.Say("Neem contact met ons op als u de bestelling wilt houden.", "Get in touch with us to keep the order.")),
            (OrderStates.Confirmed or OrderStates.Completed, "partially_refunded") => (Signs.Good,
                reader.Say("Uw bestelling is bevestigd", "Your order is confirmed"),
                reader.Say("Een deel hebt u teruggekregen.", "You got a part of it back.")),
            (OrderStates.Confirmed or OrderStates.Completed, _) => (Signs.Good,
                reader.Say("Uw bestelling is bevestigd", "Your order is confirmed"),
                reader.Say("Alles is in orde. U vindt het ook in uw e-mail.", "All is well. You find it in your e-mail, too.")),
            (OrderStates.Cancelled, _) => (Signs.Bad,
                reader.Say("Deze bestelling is geannuleerd", "This order was cancelled"),
                WhatWasPaidGoesBack(reader, order)),
            _ => (Signs.Bad,
                reader.Say("Deze bestelling is verlopen", "This order has lapsed"),
                WhatWasPaidGoesBack(reader, order)),
        };

    private static string WhatWasPaidGoesBack(Reader reader, OrderView order) => order.Paid.Amount > order.Refunded.Amount
        ? reader.Say("Wat u betaalde, krijgt u terug. U krijgt daar bericht van.", "You get back what you paid, and a word of it.")
        : reader.Say("U hoeft niets te betalen. Wilt u nog? Bestel dan opnieuw.",
            "There is nothing to pay. You still want it? Then order again.");
}
