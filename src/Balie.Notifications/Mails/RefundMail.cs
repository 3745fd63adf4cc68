using Balie.Contracts.Orders;
using static Balie.Kernel.MailBlock;

namespace Balie.Notifications.Mails;

/// <summary>To the buyer: money is on its way back, and later that it was paid out.</summary>
internal static class RefundMail
{
    public static readonly MailKind Requested = new(
        "refund_requested", "To the buyer, when a refund was decided.",
        (notice, sources) => Compose(notice, notice.Read<RefundRequested>() is var told ? (told.OrderId, told.Amount) : default,
            WriteRequested, sources),
        voice => WriteRequested(voice, Examples.Order, Examples.Euro(1_950)));

    public static readonly MailKind Succeeded = new(
        "refund_succeeded", "To the buyer, when a refund was paid out.",
        (notice, sources) => Compose(notice, notice.Read<RefundSucceeded>() is var told ? (told.OrderId, told.Amount) : default,
            WriteSucceeded, sources),
        voice => WriteSucceeded(voice, Examples.Order, Examples.Euro(1_950)));

    private static async Task<Composed> Compose(
        Notice notice, (Guid OrderId, Money Amount) refund, Func<Voice, OrderView, Money, Draft> write, Sources sources)
    {
        if (await sources.Order(refund.OrderId) is not { } order) return Composed.Skip("There is no such order.");
        var voice = await sources.Voice(order.Buyer.Locale);
        return Composed.One(voice, order.Buyer.Email, write(voice, order, refund.Amount));
    }

    private static Draft WriteRequested(Voice voice, OrderView order, Money amount) => new(
        voice.Say($"U krijgt {voice.Say(amount)} terug", $"You get {voice.Say(amount)} back"),
        voice.Say("U krijgt geld terug", "You get money back"),
        [
            voice.Hello(order.Buyer.Name),
            voice.Tell("Wij betalen u terug langs de weg waarlangs u betaald hebt. Dat duurt meestal enkele werkdagen.",
                "We pay you back the way you paid. That usually takes a few working days."),
            Figures(voice, order, amount),
            .. voice.ToOrder(order),
        ]);

    private static Draft WriteSucceeded(Voice voice, OrderView order, Money amount) => new(
        voice.Say($"Wij hebben u {voice.Say(amount)} terugbetaald", $"We paid {voice.Say(amount)} back to you"),
        voice.Say("Uw geld is terugbetaald", "Your money was paid back"),
        [
            voice.Hello(order.Buyer.Name),
            voice.Tell("De terugbetaling is gedaan. Uw bank kan nog een paar dagen nodig hebben om haar te tonen.",
                "The refund was paid out. Your bank may need a few days more to show it."),
            Figures(voice, order, amount),
            .. voice.ToOrder(order),
        ]);

    private static Facts Figures(Voice voice, OrderView order, Money amount) =>
        new([(voice.Say("Bedrag", "Amount"), voice.Say(amount)), (voice.Say("Bestelnummer", "Order"), order.Reference)]);
}
