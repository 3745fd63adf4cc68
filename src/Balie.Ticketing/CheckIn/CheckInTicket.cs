using System.Security.Cryptography;
using System.Text.Json;
using Balie.Ticketing.Offers;
using Balie.Ticketing.Tickets;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// Somebody stands at the door and shows a code. The decision is the answer, yes or no, with a reason from <see cref="Reasons"/>; only a
/// request that makes no sense is refused. The same nonce from the same scanner gives the same answer, so a lost one is asked for again.
/// </summary>
internal static class CheckInTicket
{
    private const int LongestCode = 200;
    private const int LongestReason = 500;
    public const int LargestGroup = 100;

    /// <summary>
    /// One of <paramref name="Code"/>, <paramref name="TicketId"/> and <paramref name="BookingId"/>: scanned, or looked up by hand. With a
    /// <paramref name="Quantity"/> so many people of the same booking go through together, all of them or nobody.
    /// </summary>
    /// <param name="EventId">The list to look in; without it every event that the device works at.</param>
    /// <param name="Direction"><c>in</c> or <c>out</c>.</param>
    /// <param name="Force">Lets in against the rules, for whoever may, with a <paramref name="Reason"/>.</param>
    public sealed record Request(
        Guid Nonce, string? Code = null, Guid? TicketId = null, Guid? BookingId = null, Guid? EventId = null, Guid? SlotId = null,
        string Direction = DoorDecision.Inwards, DateTimeOffset? DeviceTime = null, int? Quantity = null, bool Force = false,
        string Reason = "");

    // Signed in only, so that a revoked device is told that it is one.
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/checkins", Handle).SignedIn();

    public static async Task<Outcome<CheckInAnswer>> Handle(
        Request request, Caller caller, DeviceBook devices, TicketKeys keys, EventOffers offers, Turnstile turnstile, PolicyStore policies,
        SystemDb system, TimeProvider clock, CancellationToken ct)
    {
        var door = await Door.Of(caller, devices, ct);
        if (!caller.May(Permission.CheckIn) && !door.IsRevoked) return KernelRefusals.Forbidden;
        if (Wrong(request) is { } wrong) return wrong;
        if (request.Force && !door.MayForce && !door.IsRevoked) return KernelRefusals.Forbidden;
        if (request.EventId is { } eventId && !door.IsRevoked)
        {
            if (await offers.Find(caller.OrgId, eventId, ct) is not { } offer) return EventNotFound;
            if (!door.Covers(offer)) return DeviceElsewhere;
            if (request.SlotId is { } slotId && offer.Slot(slotId) is null) return SlotNotFound;
        }

        var shown = request.TicketId is { } ticketId ? ShownTicket.ByHand(ticketId)
            : request.Code is { } code ? await ShownTicket.Read(code, caller.OrgId, keys, ct)
            : null;
        var scan = new Scan(
            door, request.Nonce, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, Json.Options)), shown, request.Direction,
            Plausible(request.DeviceTime, clock.GetUtcNow()), request.EventId ?? door.OnlyEventId, request.SlotId, request.Force,
            request.Reason.Trim());
        return request.BookingId is null && request.Quantity is null or 1
            ? await turnstile.Decide(scan)
            : await AdmitGroup.Handle(scan, request.BookingId, request.Quantity ?? 1, system.As(caller.OrgId), offers, policies, ct);
    }

    /// <summary>A device's clock as far as it can be true: a fact is kept whatever its clock says.</summary>
    public static DateTimeOffset Plausible(DateTimeOffset? told, DateTimeOffset now) =>
        told is { } moment && moment > now.AddYears(-1) && moment < now.AddDays(1) ? moment : now;

    private static Refusal? Wrong(Request request)
    {
        var found = new Findings();
        var named = (request.Code is null ? 0 : 1) + (request.TicketId is null ? 0 : 1) + (request.BookingId is null ? 0 : 1);
        found.Expect(named == 1, "code", "Send a code, a ticketId or a bookingId: one of them.");
        found.Text("code", request.Code ?? "", LongestCode);
        found.Expect(request.Direction is DoorDecision.Inwards or DoorDecision.Outwards, "direction", "Must be in or out.");
        found.Expect(request.Quantity is null or (>= 1 and <= LargestGroup), "quantity", $"Must be between 1 and {LargestGroup}.");
        found.Text("reason", request.Reason, LongestReason);
        found.Expect(!request.Force || !string.IsNullOrWhiteSpace(request.Reason), "reason", "Say why this is forced.");
        found.Expect(!request.Force || request is { BookingId: null, Quantity: null or 1 }, "force", "Force one ticket at a time.");
        return found.Refusal;
    }
}
