using Balie.Contracts.Orders;

namespace Balie.Notifications.Mails;

/// <summary>To the buyer, when money came for something that was gone by then: it goes back by itself.</summary>
internal static class PaidTooLateMail
{
    public static readonly MailKind Kind = new(
        "paid_too_late", "To the buyer, when a payment came after the places were gone.", Compose,
        voice => Write(voice, Examples.Order, Examples.Order.Total));

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        if (await sources.Order(notice.SubjectId) is not { } order) return Composed.Skip("There is no such order.");
        var voice = await sources.Voice(order.Buyer.Locale);
        return Composed.One(voice, order.Buyer.Email, Write(voice, order, notice.Read<OrderPaidTooLate>().Amount));
    }

    public static Draft Write(Voice voice, OrderView order, Money amount) => new(
        voice.Say($"Uw betaling voor {order.Reference} kwam te laat", $"Your payment for {order.Reference} came too late"),
        voice.Say("Uw betaling kwam te laat", "Your payment came too late"),
        [
            voice.Hello(order.Buyer.Name),
            voice.Tell(
                $"Uw betaling van {voice.Say(amount)} kwam binnen toen uw plaatsen al waren vrijgegeven, en er waren geen andere meer.",
                $"Your payment of {voice.Say(amount)} arrived when your places had been given up, and no others were left."),
            voice.Tell("U krijgt het hele bedrag terug. Daarvoor hoeft u niets te doen.",
                "You get the whole amount back. There is nothing you need to do."),
        ]);
}
