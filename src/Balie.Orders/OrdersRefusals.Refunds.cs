namespace Balie.Orders;

/// <summary>The ways in which refunds, invoices and runs say no.</summary>
internal static partial class OrdersRefusals
{
    public static readonly Refusal RefundWishUnclear = Refusal.Invalid(
        "orders.refund_unclear", "Say what goes back in exactly one way: all, lines, units or an amount above zero.");
    public static readonly Refusal RefundTermsNotYours = Refusal.Forbidden(
        "orders.refund_terms_not_yours", "Only staff may choose a sum, leave out the rules, or leave what was sold with the buyer.");
    public static readonly Refusal NotInThisOrder =
        Refusal.Invalid("orders.not_in_this_order", "Some of this is not part of the order.");
    public static readonly Refusal RefundTooMany =
        Refusal.Conflict("orders.refund_too_many", "So much is not left: some of it went back already. See available.");
    public static readonly Refusal RefundTooMuch =
        Refusal.Conflict("orders.refund_too_much", "So much money is not left of this order. See available.");
    public static readonly Refusal UnitUsed = Refusal.Conflict(
        "orders.unit_used", "Some of this was used at the door already, and does not go back. Ask the organiser.");
    public static readonly Refusal UnitsNotReady = Refusal.Conflict(
        "orders.units_not_ready", "The tickets are being made. Try again in a moment, or give back everything.")
        .After(TimeSpan.FromSeconds(2));
    public static readonly Refusal NothingToRefund =
        Refusal.Conflict("orders.nothing_to_refund", "By the rules nothing goes back for this any more.");
    public static readonly Refusal MoneyNotThere = Refusal.Conflict(
        "orders.money_not_there", "The payment has not been taken yet, or a bank took it back. See available, and try again later.");
    public static readonly Refusal RefundNotFound = Refusal.NotFound("orders.refund_not_found", "There is no such refund.");
    public static readonly Refusal RefundDecided =
        Refusal.Conflict("orders.refund_decided", "This refund does not wait for approval, or somebody else was faster.");
    public static readonly Refusal RefundNotFailed =
        Refusal.Conflict("orders.refund_not_failed", "Only a refund that failed or came back can be tried again.");
    public static readonly Refusal RefundUnderWay = Refusal.Conflict(
        "orders.refund_under_way", "Another refund of this order is under way at the provider. Try again when it has ended.");
    public static readonly Refusal ApprovalBySomebodyElse = Refusal.Forbidden("orders.approval_by_somebody_else",
        "You asked for this refund yourself, or made the API key that did: somebody else must approve it.");
    public static readonly Refusal ApprovalNeedsPerson =
        Refusal.Forbidden("orders.approval_needs_person", "A person must decide this. Sign in, instead of using an API key.");
    public static readonly Refusal NotCalledOff = Refusal.Conflict(
        "orders.not_called_off", "This event takes place: cancel it first, or refund its orders one by one.");
    public static readonly Refusal RunNotFound =
        Refusal.NotFound("orders.refund_run_not_found", "There is nobody whose money is given back for this event.");

    public static readonly Refusal NoInvoice =
        Refusal.NotFound("orders.no_invoice", "There is no such invoice. An order has one once it is paid.");

    public static readonly Refusal OrdersAway = new Refusal(
        "orders.away", 503, "Temporarily unavailable", "Orders cannot be made just now. Nothing was lost: try again in a moment.")
        .After(TimeSpan.FromSeconds(5));
}
