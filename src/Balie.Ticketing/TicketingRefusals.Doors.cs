namespace Balie.Ticketing;

/// <summary>The ways in which Ticketing says no: here those of the door and the waiting list.</summary>
internal static partial class TicketingRefusals
{
    public static readonly Refusal DeviceNotFound = Refusal.NotFound("ticketing.device_not_found", "There is no such device.");
    public static readonly Refusal DeviceElsewhere =
        Refusal.Forbidden("ticketing.device_elsewhere", "This device does not work at that event. Register it there, or choose another.");
    public static readonly Refusal NonceReused = Refusal.Invalid(
        "ticketing.nonce_reused", "This nonce was used for another scan. Send a new UUID for a new scan.").At("nonce");
    public static readonly Refusal TicketUnknown =
        Refusal.NotFound("ticketing.ticket_unknown", "There is no such ticket here. Search for it again.");
    public static readonly Refusal BookingUnknown =
        Refusal.NotFound("ticketing.booking_unknown", "There is no such booking here, or its tickets are still being made.");

    public static readonly Refusal EntryNotFound =
        Refusal.NotFound("ticketing.entry_not_found", "There is no such place on the waiting list. Check the e-mail address.");
    public static readonly Refusal AlreadyWaiting =
        Refusal.Conflict("ticketing.already_waiting", "This address is on the waiting list already. Its place in the line is kept.");
    public static readonly Refusal NothingOffered =
        Refusal.Conflict("ticketing.nothing_offered", "There is no offer to accept: it has lapsed, or your turn has not come yet.");
    public static readonly Refusal PlacesFree =
        Refusal.Conflict("ticketing.places_free", "There are places left, so there is no need to wait. Book them.");
}
