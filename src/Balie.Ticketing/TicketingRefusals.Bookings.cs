namespace Balie.Ticketing;

/// <summary>The ways in which Ticketing says no: here those of bookings.</summary>
internal static partial class TicketingRefusals
{
    public static readonly Refusal SoldOut =
        Refusal.Conflict("ticketing.sold_out", "Not enough places are left. Choose fewer, or another date.");
    public static readonly Refusal SeatTaken = Refusal.Conflict("ticketing.seat_taken", "Somebody else has these seats. Choose others.");
    public static readonly Refusal NotOnSale =
        Refusal.Conflict("ticketing.not_on_sale", "This cannot be booked now. See when its sale opens.");
    public static readonly Refusal NotUnlocked = Refusal.Conflict(
        "ticketing.not_unlocked", "This ticket is sold only with a code that opens it. Put the code into the cart, and then the ticket.");
    public static readonly Refusal SalesClosed = Refusal.Conflict("ticketing.sales_closed", "Sales for this date have closed.");
    public static readonly Refusal OverLimit =
        Refusal.Invalid("ticketing.over_limit", "This is more than one person or one booking may have. Choose fewer.");
    public static readonly Refusal BelowMinimum =
        Refusal.Invalid("ticketing.below_minimum", "This ticket is only sold in larger numbers. Choose more.");
    public static readonly Refusal TypePriceChanged = Refusal.Conflict(
        "ticketing.price_changed", "The price has changed since you chose these. What you have keeps its price; add more on a new line.");
    public static readonly Refusal HoldExpired =
        Refusal.Conflict("ticketing.hold_expired", "The hold has ended and the places went to somebody else. Book again.");

    public static readonly Refusal BookingNotFound =
        Refusal.NotFound("ticketing.booking_not_found", "There is no such booking. Check the reference and the e-mail address.");
    public static readonly Refusal BookingClosed =
        Refusal.Conflict("ticketing.booking_closed", "This booking has ended and cannot change any more.");
    public static readonly Refusal BookingIsOrdered = Refusal.Conflict(
        "ticketing.booking_is_ordered", "This booking belongs to an order, with what was paid for it. Cancel the order instead.");
    public static readonly Refusal NothingToPay =
        Refusal.Conflict("ticketing.nothing_to_pay", "This booking needs no payment: it is confirmed.");
    public static readonly Refusal PaysAtTheDesk =
        Refusal.Conflict("ticketing.pays_at_the_desk", "Nothing can be paid online here. Pay at the desk before the hold ends.");
    public static readonly Refusal CancellationClosed =
        Refusal.Conflict("ticketing.cancellation_closed", "It is too late to cancel this booking yourself. Ask the organiser.");

    public static readonly Refusal SlotRequired =
        Refusal.Invalid("ticketing.slot_required", "This event has several dates. Say which one.").At("slotId");
    public static readonly Refusal ItemsRequired =
        Refusal.Invalid("ticketing.items_required", "This event has several ticket types. Say how many of which.").At("items");
    public static readonly Refusal HolderRequired =
        Refusal.Invalid("ticketing.holder_required", "Give a name and an e-mail address, or sign in.").At("holder");
}
