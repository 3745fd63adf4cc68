namespace Balie.Orders;

/// <summary>The ways in which Orders says no.</summary>
internal static partial class OrdersRefusals
{
    public static readonly Refusal UnknownKind =
        Refusal.Invalid("orders.unknown_kind", "Nothing of this kind is sold here. See the kinds in the API's description.");
    public static readonly Refusal CartMalformed =
        Refusal.Malformed("orders.cart_malformed", "The header X-Cart must be the cart's own token, as the first answer gave it.");
    public static readonly Refusal CartFull =
        Refusal.Conflict("orders.cart_full", "The cart is full. Order what is in it first.");
    public static readonly Refusal CartEmpty = Refusal.Conflict("orders.cart_empty", "There is nothing in the cart to order.");
    public static readonly Refusal LineNotFound = Refusal.NotFound("orders.line_not_found", "There is no such line in this cart.");
    public static readonly Refusal MixedCurrencies =
        Refusal.Conflict("orders.mixed_currencies", "The cart holds things in another currency. Order those first.");
    public static readonly Refusal HoldEnded = Refusal.Conflict(
        "orders.hold_ended", "Some of it was held too long ago and is not yours any more. Take it out, and put it in again if it is left.");
    public static readonly Refusal AlreadyExtended =
        Refusal.Conflict("orders.already_extended", "The time was extended once already. Order before it ends.");
    public static readonly Refusal NothingToMerge =
        Refusal.Conflict("orders.nothing_to_merge", "Send the token of the cart from before you signed in, in the header X-Cart.");

    public static readonly Refusal VoucherUnknown =
        Refusal.Invalid("orders.voucher_unknown", "This code is not known, or not valid at this moment. Check how it is spelled.");
    public static readonly Refusal VoucherUsedUp =
        Refusal.Conflict("orders.voucher_used_up", "This code has been used as often as it may be.");
    public static readonly Refusal VoucherNotCombined =
        Refusal.Conflict("orders.voucher_not_combined", "Only one discount fits an order. Take out the other code first.");
    public static readonly Refusal NotUnlocked = Refusal.Conflict(
        "orders.not_unlocked", "Some of this is ordered only with the code that opens it. Put the code in again, or take those lines out.");
    public static readonly Refusal VoucherUseless =
        Refusal.Conflict("orders.voucher_useless", "This code does nothing for what is ordered.");
    public static readonly Refusal TooManyVouchers =
        Refusal.Conflict("orders.too_many_vouchers", "An order takes no more codes than it has.");
    public static readonly Refusal VoucherNotFound = Refusal.NotFound("orders.voucher_not_found", "There is no such voucher here.");
    public static readonly Refusal CodeTaken =
        Refusal.Conflict("orders.code_taken", "There is a voucher with this code. Choose another.").At("code");

    public static readonly Refusal TermsNotAccepted =
        Refusal.Invalid("orders.terms_not_accepted", "Accept the terms to order.").At("acceptedTerms");
    public static readonly Refusal BuyerRequired =
        Refusal.Invalid("orders.buyer_required", "Give a name and an e-mail address, or sign in.").At("buyer");
    public static readonly Refusal PriceChanged =
        Refusal.Conflict("orders.price_changed", "The price is not what you were shown. See total, and order again if you agree.");
    public static readonly Refusal TooManyOrders = Refusal.Conflict(
        "orders.too_many_orders", "That is as many orders as one person may place in a day. Come back tomorrow, or ask the organiser.");

    public static readonly Refusal OrderNotFound =
        Refusal.NotFound("orders.order_not_found", "There is no such order. Check the reference and the e-mail address.");
    public static readonly Refusal OrderClosed =
        Refusal.Conflict("orders.order_closed", "This order has ended and cannot change any more.");
    public static readonly Refusal OrderPaid =
        Refusal.Conflict("orders.order_paid", "This order is paid. What was paid is given back by a refund.");
    public static readonly Refusal NothingDue = Refusal.Conflict("orders.nothing_due", "There is nothing left to pay.");
    public static readonly Refusal NotConfirmed = Refusal.Conflict("orders.not_confirmed", "This order is not confirmed yet.");
    public static readonly Refusal CancellationClosed =
        Refusal.Conflict("orders.cancellation_closed", "It is too late to cancel this order yourself. Ask the organiser.");
    public static readonly Refusal ReasonRequired =
        Refusal.Invalid("orders.reason_required", "Say why, in at most 500 characters.").At("reason");
}
