using Balie.Ticketing.Offers;
using Balie.Ticketing.Tickets;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// Finds who stands at the door without a code, by booking reference, ticket number, part of a name or a whole e-mail address, among the
/// events that the door is for. A booking that is not paid is found too, without tickets.
/// </summary>
internal static class SearchTickets
{
    private const int ShortestQuery = 3;
    private const int LongestQuery = 200;
    private const int MostFound = 50;

    /// <param name="TicketId">What a check-in by hand names; null while the booking is not paid.</param>
    /// <param name="IsInside">Somebody is inside with it now.</param>
    public sealed record Found(
        Guid BookingId, string Reference, string BookingStatus, Guid EventId, Guid SlotId, Guid? TicketId, string? Number,
        string? TicketStatus, string? TypeName, string? Seat, string HolderName, bool IsInside);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/checkins/search", Handle).Needs(Permission.CheckIn);

    /// <param name="eventId">Where to look; may be left out by a device that is bound to events.</param>
    public static async Task<Outcome<Found[]>> Handle(
        string? q, Guid? eventId, Caller caller, DeviceBook devices, EventOffers offers, Db db, CancellationToken ct)
    {
        var wanted = q?.Trim() ?? "";
        if (wanted.Length is < ShortestQuery or > LongestQuery)
            return KernelRefusals.Invalid.At("q", $"Give {ShortestQuery} to {LongestQuery} characters.");
        var door = await Door.Of(caller, devices, ct);
        var eventIds = eventId is { } named ? [named] : door.Device?.EventIds ?? [];
        if (eventIds.Count == 0) return KernelRefusals.Invalid.At("eventId", "Say at which event.");
        foreach (var id in eventIds)
            if (await offers.Find(caller.OrgId, id, ct) is { } offer ? !door.Covers(offer) : eventId is not null) return EventNotFound;

        return await db.Many<Found>(wanted.Contains('@', StringComparison.Ordinal) ? SelectByEmail : SelectByWords, new
        {
            eventIds = eventIds.ToArray(),
            reference = References.Read(wanted),
            number = TicketNumber.Read(wanted),
            email = wanted,
            name = $"%{Literal(wanted)}%",
            MostFound,
        }, ct);
    }

    private static string Literal(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);

    private const string Select = """
        select booking.booking_id, booking.reference, booking.status as booking_status, booking.event_id, booking.slot_id, ticket.ticket_id,
            ticket.number, ticket.status as ticket_status, ticket.type_name, ticket.seat_label as seat,
            coalesce(ticket.holder_name, booking.holder_name) as holder_name, coalesce(entry.ins > entry.outs, false) as is_inside
        from ticketing.bookings as booking
        left join ticketing.tickets as ticket on ticket.org_id = booking.org_id and ticket.booking_id = booking.booking_id
        left join ticketing.entries as entry on entry.org_id = ticket.org_id and entry.ticket_id = ticket.ticket_id
        where booking.org_id = @orgId and booking.event_id = any (@eventIds)
        """;

    private const string Ordered = """
        order by booking.reference, ticket.position
        limit @mostFound
        """;

    private const string SelectByWords = $"""
        {Select}
        and (booking.reference = @reference or ticket.number = @number
            or ticketing.fold(booking.holder_name) like ticketing.fold(@name)
            or ticketing.fold(ticket.holder_name) like ticketing.fold(@name))
        {Ordered}
        """;

    // Whose address it is, is looked up first: an index finds that among all bookings, while the condition below could only be held
    // against each booking of the event.
    internal const string SelectByEmail = $"""
        {Select}
        and booking.booking_id in (
            select booking_id from ticketing.bookings where org_id = @orgId and holder_email_folded = lower(@email)
            union
            select booking_id from ticketing.tickets where org_id = @orgId and holder_email_folded = lower(@email))
        and (booking.holder_email_folded = lower(@email) or ticket.holder_email_folded = lower(@email))
        {Ordered}
        """;
}
