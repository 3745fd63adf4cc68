using Balie.Ui;

namespace Balie.Payments.Pages;

/// <summary>What a buyer reads on our payment pages, in Dutch or English by the language of the order.</summary>
internal sealed record PayTexts(
    string Language, string Order, string Amount, string Method, string Paid, string PaidMore, string Reserved, string ReservedMore,
    string Busy, string BusyMore, string Open, string OpenMore, string Failed, string FailedMore, string Cancelled, string CancelledMore,
    string Expired, string ExpiredMore, string Again, string Continue, string Look, string Away, string AwayMore, string Ended,
    string EndedMore, string NoAccount, string NoAccountMore, string Closed, string ClosedMore, string Refused, string RefusedMore,
    string Unknown, string UnknownMore, string Secure, string ToOrder)
{
    private static readonly PayTexts Dutch = new(
        "nl", "Bestelling", "Bedrag", "Betaald met",
        "Betaald, dank u wel", "Uw betaling is binnen. De bevestiging komt per e-mail.",
        "Betaling toegezegd", "Het bedrag is gereserveerd en wordt later afgeschreven. De bevestiging komt per e-mail.",
        "Uw bank verwerkt de betaling", "Dat duurt meestal een paar seconden. Deze pagina kijkt vanzelf opnieuw; u mag haar ook sluiten.",
        "Nog niet betaald", "Uw betaling is nog niet afgerond. Ga verder waar u was.",
        "De betaling is niet gelukt", "Er is niets afgeschreven. Probeer het opnieuw, of kies een andere betaalwijze.",
        "De betaling is geannuleerd", "Er is niets afgeschreven. Uw bestelling staat nog voor u klaar.",
        "De tijd is om", "De betaling werd niet op tijd afgerond. Er is niets afgeschreven.",
        "Opnieuw proberen", "Verder met betalen", "Kijk opnieuw",
        "De betaaldienst antwoordt niet", "Uw bestelling is bewaard en blijft te betalen. Probeer het zo meteen opnieuw.",
        "Dit kan niet meer betaald worden", "De bestelling is vervallen of al betaald. Kijk bij uw bestelling, of bestel opnieuw.",
        "Betalen kan hier nog niet",
        "De organisator heeft nog geen betaaldienst ingesteld. Uw bestelling is bewaard: vraag hoe u kunt betalen.",
        "Betalen kan hier nu even niet",
        "De organisator moet de betaaldienst opnieuw instellen. Uw bestelling is bewaard: vraag hoe u kunt betalen.",
        "De betaaldienst weigert deze betaling", "Er is niets afgeschreven. Probeer het opnieuw met een andere betaalwijze.",
        "Deze betaling bestaat niet", "Open de link uit uw bestelling of uw e-mail nog eens.",
        "Beveiligd betalen", "Bekijk uw bestelling");

    private static readonly PayTexts English = new(
        "en", "Order", "Amount", "Paid with",
        "Paid, thank you", "Your payment has arrived. The confirmation comes by e-mail.",
        "Payment reserved", "The amount is reserved and will be taken later. The confirmation comes by e-mail.",
        "Your bank is processing the payment", "This usually takes a few seconds. This page looks again by itself; you may also close it.",
        "Not paid yet", "Your payment has not been finished. Go on where you were.",
        "The payment did not succeed", "Nothing was taken. Try again, or choose another way to pay.",
        "The payment was cancelled", "Nothing was taken. Your order is still waiting for you.",
        "The time is up", "The payment was not finished in time. Nothing was taken.",
        "Try again", "Continue to payment", "Look again",
        "The payment provider does not answer", "Your order is kept and can still be paid. Try again in a moment.",
        "This can no longer be paid", "The order has lapsed or is paid already. Look at your order, or order again.",
        "Payments are not possible here yet", "The organiser has not set up payments. Your order is kept: ask how you can pay.",
        "Payments are not possible here just now",
        "The organiser has to set up payments again. Your order is kept: ask how you can pay.",
        "The payment provider refused this payment", "Nothing was taken. Try again with another way to pay.",
        "There is no such payment", "Open the link in your order or e-mail once more.",
        "Secure payment", "See your order");

    public static PayTexts In(string locale) => Reader.In(locale) == Reader.English ? English : Dutch;

    public string Of(Money money) => Reader.In(Language).Amount(money);

    /// <summary>What stands over a page of this house.</summary>
    public Letterhead Head(string house) => new(Reader.In(Language), house, Secure);
}
