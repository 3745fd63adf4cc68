using Balie.Contracts.Orders;
using static Balie.Kernel.MailBlock;

namespace Balie.Notifications.Mails;

/// <summary>To the buyer, when an order is paid or needs no payment: what it holds, what it cost, and the VAT in it.</summary>
internal static class OrderConfirmedMail
{
    public static readonly MailKind Kind = new(
        "order_confirmed", "To the buyer, when an order is paid or needs no payment.", Compose, voice => Write(voice, Examples.Order));

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        if (await sources.Order(notice.SubjectId) is not { } order) return Composed.Skip("There is no such order.");
        var voice = await sources.Voice(order.Buyer.Locale);
        return Composed.One(voice, order.Buyer.Email, Write(voice, order));
    }

    public static Draft Write(Voice voice, OrderView order) => new(
        voice.Say($"Uw bestelling {order.Reference}", $"Your order {order.Reference}"),
        voice.Say("Bedankt voor uw bestelling", "Thank you for your order"),
        [
            voice.Hello(order.Buyer.Name),
            voice.Tell("Uw bestelling is bevestigd. Kaarten volgen in een eigen mail.",
                "Your order is confirmed. Tickets follow in a mail of their own."),
            new Sums([.. order.Lines.Select(line => (NameOf(line), voice.Say(line.Amount))),
                (voice.Say("Totaal", "Total"), voice.Say(order.Total))]),
            new Facts([.. order.Vat.Select(vat => (voice.Say($"Waarvan btw {voice.Percent(vat.BasisPoints)}",
                $"Including VAT {voice.Percent(vat.BasisPoints)}"), voice.Say(vat.Vat))), .. Papers(voice, order)]),
            .. voice.ToOrder(order),
        ]);

    private static string NameOf(OrderLineView line)
    {
        var name = Lines.Together(line.Title, line.Name, line.Detail);
        return line.Quantity == 1 ? name : $"{line.Quantity} × {name}";
    }

    private static IEnumerable<(string, string)> Papers(Voice voice, OrderView order)
    {
        yield return (voice.Say("Bestelnummer", "Order"), order.Reference);
        if (order.InvoiceNumber is { } number) yield return (voice.Say("Factuurnummer", "Invoice"), number);
    }
}
