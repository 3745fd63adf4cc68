using System.Net.Mail;
using Balie.Contracts.Inventory;
using Balie.Ticketing.Bookings;
using Balie.Ticketing.Offers;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.WaitingList;

/// <summary>
/// Puts somebody at the end of the line for places that are not there now. While there are enough, nobody needs to wait; the same address
/// waits once for the same.
/// </summary>
internal static class JoinWaitingList
{
    /// <summary>Slot and ticket type may be left out where the event has only one, who waits where somebody is signed in.</summary>
    public sealed record Request(
        Guid? SlotId = null, Guid? TicketTypeId = null, int Quantity = 1, string? Name = null, string? Email = null);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/events/{eventId:guid}/waiting-list", Handle).Public().Creates();

    public static async Task<Outcome<WaitingEntry>> Handle(
        Guid eventId, Request request, Caller caller, EventOffers offers, PolicyStore policies, IInventory inventory, Db db,
        CancellationToken ct)
    {
        if (await offers.Find(caller.OrgId, eventId, ct) is not { } offer) return EventNotFound;
        if (request.SlotId is null && offer.Slots.Count > 1) return SlotRequired;
        var audience = Audience.Of(caller, []);
        if (request.TicketTypeId is null && offer.Types.Count > 1 && offer.OnlyType(audience) is null) return ItemsRequired;
        var slot = request.SlotId is { } slotId ? offer.Slot(slotId) : offer.Slots.SingleOrDefault();
        if (slot is null) return SlotNotFound;
        var type = request.TicketTypeId is { } typeId ? offer.Type(typeId) : offer.OnlyType(audience);
        if (type is null) return TicketTypeNotFound;
        var (name, email) = (request.Name?.Trim() ?? caller.Email ?? "", request.Email?.Trim() ?? caller.Email ?? "");
        if (Wrong(name, email) is { } wrong) return wrong;

        // The same rules as for a booking: what could not be booked cannot be waited for.
        var wish = Wish.Read(
            new BookTickets.Request(eventId, slot.SlotId, [new(type.TicketTypeId, request.Quantity)], null, new BookingHolder(name, email)),
            caller, audience, offer, await policies.Of(caller.OrgId, ct), db.Now, holderMayFollow: false);
        if (wish.Refusal is { } refusal) return refusal;
        var free = await inventory.See(caller.OrgId, [.. slot.PoolsOf(type)], ct);

        return await db.Transact<WaitingEntry>(async tx =>
        {
            var waiting = await tx.One<bool>(SomebodyWaits, new { slot.SlotId, type.TicketTypeId }, ct);
            if (!waiting && free.Count > 0 && free.Min(pool => pool.Available) >= request.Quantity) return PlacesFree;
            var entryId = tx.NewId();
            var joined = await tx.Run(Join, new
            {
                entryId,
                eventId,
                slot.SlotId,
                type.TicketTypeId,
                request.Quantity,
                caller.UserId,
                name,
                email,
                tx.Now,
            }, ct);
            if (joined == 0) return AlreadyWaiting;
            return await WaitingEntry.Find(tx, entryId, email, caller, Permission.BookingsRead, ct)
                ?? throw new InvalidOperationException("What was just written is there.");
        }, ct);
    }

    private static Refusal? Wrong(string name, string email)
    {
        var found = new Findings();
        found.Name("name", name, 200);
        found.Expect(
            email.Length is >= 3 and <= 254 && MailAddress.TryCreate(email, out var address) && address.Address == email, "email",
            "Give an e-mail address, such as name@example.org.");
        return found.Refusal;
    }

    // While offers are out the line moves, and a picture of what is free may be a moment old.
    private const string SomebodyWaits = """
        select exists (
            select from ticketing.waiting_entries
            where org_id = @orgId and slot_id = @slotId and ticket_type_id = @ticketTypeId and status in ('waiting', 'offered'))
        """;

    private const string Join = """
        insert into ticketing.waiting_entries (
            org_id, entry_id, event_id, slot_id, ticket_type_id, quantity, user_id, name, email, status, joined_at, updated_at)
        values (@orgId, @entryId, @eventId, @slotId, @ticketTypeId, @quantity, @userId, @name, @email, 'waiting', @now, @now)
        on conflict (org_id, slot_id, ticket_type_id, lower(email)) where status in ('waiting', 'offered') do nothing
        """;
}
