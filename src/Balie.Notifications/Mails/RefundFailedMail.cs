using Balie.Contracts.Orders;
using static Balie.Kernel.MailBlock;

namespace Balie.Notifications.Mails;

/// <summary>To everyone on the staff who may refund: the provider could not pay, so a person must.</summary>
internal static class RefundFailedMail
{
    public static readonly MailKind Kind = new(
        "refund_failed", "To staff who may refund, when a provider could not pay a refund out.", Compose,
        voice => Write(voice, Examples.Order.Reference,
            new RefundFailed(Guid.Empty, Guid.Empty, Examples.Euro(1_950), "account_closed")));

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        var failed = notice.Read<RefundFailed>();
        var order = await sources.Order(failed.OrderId);
        var mails = new List<Mail>();
        foreach (var member in await sources.Staff(Permission.RefundsWrite))
        {
            var voice = await sources.Voice(member.Locale);
            mails.Add(voice.Mail(member.Email, Write(voice, order?.Reference ?? "", failed)));
        }
        return mails.Count == 0 ? Composed.Skip("Nobody may refund.") : new Composed(mails);
    }

    public static Draft Write(Voice voice, string reference, RefundFailed failed) => new(
        voice.Say($"Terugbetaling mislukt: bestelling {reference}", $"Refund failed: order {reference}"),
        voice.Say("Een terugbetaling is mislukt", "A refund failed"),
        [
            voice.Tell("De betaaldienst kon dit bedrag niet terugbetalen. Neem contact op met de klant, of probeer het opnieuw.",
                "The payment provider could not pay this amount back. Get in touch with the customer, or try again."),
            new Facts(
            [
                (voice.Say("Bestelnummer", "Order"), reference),
                (voice.Say("Bedrag", "Amount"), voice.Say(failed.Amount)),
                (voice.Say("Volgens de betaaldienst", "The provider says"), failed.Reason),
            ]),
        ]);
}
