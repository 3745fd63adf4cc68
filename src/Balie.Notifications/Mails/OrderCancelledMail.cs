using Balie.Contracts.Orders;

namespace Balie.Notifications.Mails;

/// <summary>To the buyer, when an order was given up: by themselves, or by staff.</summary>
internal static class OrderCancelledMail
{
    public static readonly MailKind Kind = new(
        "order_cancelled", "To the buyer, when an order was cancelled.", Compose,
        voice => Write(voice, Examples.Order, voice.Say("Op uw verzoek.", "As you asked.")));

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        if (await sources.Order(notice.SubjectId) is not { } order) return Composed.Skip("There is no such order.");
        var voice = await sources.Voice(order.Buyer.Locale);
        return Composed.One(voice, order.Buyer.Email, Write(voice, order, notice.Read<OrderCancelled>().Reason));
    }

    public static Draft Write(Voice voice, OrderView order, string reason) => new(
        voice.Say($"Bestelling {order.Reference} is geannuleerd", $"Order {order.Reference} is cancelled"),
        voice.Say("Uw bestelling is geannuleerd", "Your order is cancelled"),
        [
            voice.Hello(order.Buyer.Name),
            voice.Tell($"Bestelling {order.Reference} is geannuleerd. Kaarten die erbij hoorden zijn niet meer geldig.",
                $"Order {order.Reference} is cancelled. Tickets that belonged to it are no longer valid."),
            .. voice.Because(reason),
            .. order.Paid.Amount == 0
                ? (MailBlock[])[]
                : [voice.Tell("Over geld dat wij u terugbetalen krijgt u een eigen mail.",
                    "About money that we pay back you get a mail of its own.")],
            .. voice.ToOrder(order),
        ]);
}
