using Balie.Ticketing.Events;

namespace Balie.Ticketing;

/// <summary>The ways in which Ticketing says no: here those of the catalogue.</summary>
internal static partial class TicketingRefusals
{
    public static readonly Refusal VenueNotFound = Refusal.NotFound("ticketing.venue_not_found", "There is no such venue.");
    public static readonly Refusal VenueInUse =
        Refusal.Conflict("ticketing.venue_in_use", "Events take place here. Move or delete those first.");

    public static readonly Refusal SeatingPlanNotFound =
        Refusal.NotFound("ticketing.seating_plan_not_found", "There is no such seating plan.");
    public static readonly Refusal SeatingPlanNameTaken = Refusal.Conflict(
        "ticketing.seating_plan_name_taken", "This venue has a seating plan of that name. Choose another name.").At("name");

    public static readonly Refusal EventNotFound = Refusal.NotFound("ticketing.event_not_found", "There is no such event.");
    public static readonly Refusal EventClosed =
        Refusal.Conflict("ticketing.event_closed", "The event is completed or cancelled, so it cannot change any more.");
    public static readonly Refusal EventHasNoSlot =
        Refusal.Conflict("ticketing.event_has_no_slot", "The event has no date yet. Add a slot first.");
    public static readonly Refusal EventHasNothingToSell = Refusal.Conflict(
        "ticketing.event_has_nothing_to_sell", "Nothing can be booked: add a ticket type, and a slot that is still to come.");
    public static readonly Refusal EventOnSale = Refusal.Conflict("ticketing.event_on_sale", "The event is on sale. Pause the sale first.");
    public static readonly Refusal EventHasBookings =
        Refusal.Conflict("ticketing.event_has_bookings", "There are bookings for this event. Cancel the event instead.");
    public static readonly Refusal SettledBySlots =
        Refusal.Conflict("ticketing.settled_by_slots", "The time zone and the seating plan cannot change once the event has slots.");

    public static readonly Refusal SlotNotFound = Refusal.NotFound("ticketing.slot_not_found", "There is no such slot.");
    public static readonly Refusal SlotIsCancelled = Refusal.Conflict("ticketing.slot_cancelled", "This slot was cancelled.");
    public static readonly Refusal SlotExists =
        Refusal.Conflict("ticketing.slot_exists", "The event has a slot at that time already.");
    public static readonly Refusal TooManySlots = Refusal.Invalid(
        "ticketing.too_many_slots", "That is more slots than can be made. Use a shorter period, or another event.");
    public static readonly Refusal TooManySlotsToResize = Refusal.Conflict(
        "ticketing.too_many_slots_to_resize",
        "The event has too many slots for one change of capacity. Change the slots that need it one by one.");
    public static readonly Refusal CapacityOfSeats =
        Refusal.Conflict("ticketing.capacity_of_seats", "The seating plan decides how many places this slot has.");

    public static readonly Refusal ZoneNotFound = Refusal.NotFound("ticketing.zone_not_found", "There is no such zone.");
    public static readonly Refusal ZoneNameTaken =
        Refusal.Conflict("ticketing.zone_name_taken", "The event has a zone of that name. Choose another name.").At("name");
    public static readonly Refusal ZoneInUse =
        Refusal.Conflict("ticketing.zone_in_use", "Ticket types belong to this zone, so it must stay.");
    public static readonly Refusal TooManyZones =
        Refusal.Conflict("ticketing.too_many_zones", "The event has as many zones as it can have.");

    public static readonly Refusal TicketTypeNotFound =
        Refusal.NotFound("ticketing.ticket_type_not_found", "There is no such ticket type.");
    public static readonly Refusal TicketTypeNameTaken =
        Refusal.Conflict("ticketing.ticket_type_name_taken", "The event has a ticket type of that name. Choose another name.").At("name");
    public static readonly Refusal TicketTypeWithdrawn =
        Refusal.Conflict("ticketing.ticket_type_withdrawn", "This ticket type was withdrawn.");
    public static readonly Refusal TooManyTicketTypes =
        Refusal.Conflict("ticketing.too_many_ticket_types", "The event has as many ticket types as it can have.");
    public static readonly Refusal CapSettledBySale = Refusal.Conflict(
        "ticketing.cap_settled_by_sale",
        "Whether a ticket type has a cap cannot change once the sale has opened. Withdraw it and add another.").At("cap");

    public static readonly Refusal ZoneSettledBySale = Refusal.Conflict(
        "ticketing.zone_settled_by_sale",
        "A ticket type's zone cannot change once the sale has opened. Withdraw it and add another.").At("zoneName");

    private static readonly Refusal WrongStatus =
        Refusal.Conflict("ticketing.wrong_status", "The event's status does not allow this. See eventStatus and allowedFrom.");

    /// <summary>What the status is, and in which ones the step would have been possible.</summary>
    public static Refusal NotFrom(string status, EventStep step) => WrongStatus.With("eventStatus", status).With("allowedFrom", step.From);
}
