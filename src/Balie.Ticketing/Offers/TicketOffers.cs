using System.Globalization;
using System.Text.Json;
using Balie.Contracts.Inventory;
using Balie.Contracts.Orders;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Bookings;
using Balie.Ticketing.Events;
using Balie.Ticketing.Slots;
using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.Offers;

/// <summary>
/// Tickets as something that an order can hold: a hold is a pending booking of the same id. Its price is that of the moment in which it
/// was held and stays so until it ends, whatever the organiser changes meanwhile.
/// </summary>
internal sealed class TicketOffers(
    TakePlaces places, ChangePlaces changes, EventOffers offers, PolicyStore policies, IInventory inventory) : IOfferKind
{
    public string Kind => "tickets";

    public string PageOf(Guid holdId) => $"/bookings/{holdId}";

    /// <summary>A line's <c>offer</c>: what <c>POST /bookings</c> takes, without the holder.</summary>
    private sealed record OfferWish(
        Guid EventId, Guid? SlotId = null, IReadOnlyList<BookTickets.Item>? Items = null, int? Quantity = null);

    public async Task<Outcome<HeldOffer>> Hold(HoldRequest request, CancellationToken ct)
    {
        if (Read(request.Wish) is not { } wish) return KernelRefusals.Malformed;
        var vat = (await policies.Of(request.Caller.OrgId, ct)).VatCultureBasisPoints;
        var holder = request.Buyer is { } buyer ? new BookingHolder(buyer.Name, buyer.Email) : null;
        HeldOffer? held = null;
        var taken = await places.For(
            new BookTickets.Request(wish.EventId, wish.SlotId, wish.Items, wish.Quantity, holder), request.Caller,
            new TakePlaces.Terms((offer, booking) => request.Companions(held = Held(offer, booking, vat)),
                request.HoldId, request.Until, ForOrder: true, Unlocked: request.Unlocked), ct);
        return taken.Value is not null && held is not null ? held : taken.Refusal ?? TicketingRefusals.SoldOut;
    }

    public async Task<IReadOnlyList<HeldOffer>> See(Sql sql, IReadOnlyList<Guid> holdIds, CancellationToken ct)
    {
        var (rows, items, units) = await sql.Three<BookingReader.Row, BookingReader.Item, SoldUnit>(
            SelectMany, new { ids = holdIds.ToArray() }, ct);
        var vat = (await policies.Of(sql.OrgId, ct)).VatCultureBasisPoints;
        var tickets = units.ToLookup(ticket => ticket.BookingId);
        var held = new List<HeldOffer>(rows.Length);
        foreach (var booking in BookingReader.Whole(rows, items, inventory.Now))
            if (await offers.Find(sql.OrgId, booking.EventId, ct) is { } offer) held.Add(Held(offer, booking, vat, tickets[booking.Id]));
        return held;
    }

    public async Task<Outcome<HeldOffer>> Change(ChangeRequest request, CancellationToken ct)
    {
        var vat = (await policies.Of(request.Caller.OrgId, ct)).VatCultureBasisPoints;
        HeldOffer? held = null;
        var changed = await changes.For(
            request.HoldId, request.Items, request.Caller, request.Unlocked,
            new ChangePlaces.Terms(request.Lock, (tx, offer, booking) => request.Record(tx, held = Held(offer, booking, vat))), ct);
        return changed.Value is not null && held is not null ? held : changed.Refusal ?? TicketingRefusals.SoldOut;
    }

    public async Task<bool> Extend(Tx tx, Guid holdId, DateTimeOffset until, CancellationToken ct)
    {
        if (await tx.Run(MoveEnd, new { holdId, until, dbNow = inventory.Now, tx.Now }, ct) == 0) return false;
        if (await inventory.Extend(tx, holdId, until, ct)) return true;
        // The places were free a moment before the booking said so: it ends now.
        await tx.Run(MoveEnd, new { holdId, until = inventory.Now, dbNow = DateTimeOffset.MinValue, tx.Now }, ct);
        return false;
    }

    public async Task<bool> Confirm(Tx tx, Guid holdId, Buyer buyer, string actor, CancellationToken ct)
    {
        var (rows, items) = await tx.Both<BookingReader.Row, BookingReader.Item>(
            LockOneWithItems, new { holdId, ids = (Guid[])[holdId] }, ct);
        if (rows is not [var booking]) return false;
        if (booking.Status == BookingStates.Confirmed) return true;
        if (!BookingStates.MayBecome(booking.Status, BookingStates.Confirmed)) return false;
        if (await offers.Find(tx.OrgId, booking.EventId, ct) is not { } offer || offer.Slot(booking.SlotId) is not { } slot) return false;
        if (IsCalledOff(offer, slot)) return false;

        await tx.Later(NameHolder, new { holdId, buyer.UserId, buyer.Name, buyer.Email }, ct);
        return await SellPlaces.Of(tx, booking, items, offer, slot, inventory, actor, "paid", ct);
    }

    public async Task Release(Tx tx, Guid holdId, string actor, string reason, CancellationToken ct)
    {
        if (await Lock(tx, holdId, ct) is not { Status: BookingStates.Pending } booking) return;
        // Expired rather than cancelled: a payment that was on its way may still get the places, if they are left.
        await BookingStep.Take(tx, booking, BookingStates.Expired, actor, reason, ct);
        await inventory.Release(tx, holdId, ct);
        tx.Publish(new BookingExpired(holdId, booking.EventId, booking.SlotId));
    }

    public async Task Withdraw(Tx tx, Guid holdId, IReadOnlyList<Guid>? unitIds, string actor, string reason, CancellationToken ct)
    {
        if (unitIds is { Count: 0 }) return;
        if (await Lock(tx, holdId, ct) is not { Status: BookingStates.Confirmed } booking) return;
        var ended = await TicketSteps.End(tx, [holdId], unitIds, TicketStates.Refunded, actor, reason, ct);
        if (unitIds is not null && await tx.One<bool>(HasLiveTickets, new { holdId }, ct))
        {
            await ReleasePart(tx, booking, [.. ended.Select(ticket => ticket.TicketId)], ct);
            return;
        }
        await BookingStep.Take(tx, booking, BookingStates.Cancelled, actor, reason, ct);
        await inventory.Release(tx, holdId, ct);
        tx.Publish(new BookingCancelled(holdId, booking.EventId, booking.SlotId, reason));
    }

    // The others of the booking keep their places, so only the units of these come free: their seats, or any as many. Of a zone or type
    // that none of these is of, nothing does; what is left is the person's limit, where each counts for one.
    private async Task ReleasePart(Tx tx, BookingReader.Row booking, Guid[] ticketIds, CancellationToken ct)
    {
        if (await offers.Find(tx.OrgId, booking.EventId, ct) is not { } offer || offer.Slot(booking.SlotId) is not { } slot) return;
        var ended = await tx.Many<EndedTicket>(SelectEnded, new { ticketIds }, ct);
        var part = TakePlaces.Demands(slot, ended.Select(ticket =>
            (offer.Type(ticket.TicketTypeId), 1, ticket.Seat is { } seat ? (IReadOnlyList<int>)[seat] : null)));
        part.AddRange(slot.ZonePools.Values.Concat(slot.TypePools.Values).Select(pool => new Demand(pool, 0)));
        await inventory.Release(tx, booking.BookingId, part, elsewhere: ticketIds.Length, ct);
    }

    private static OfferWish? Read(JsonElement wish)
    {
        try { return wish.Deserialize<OfferWish>(Json.Options); }
        catch (JsonException) { return null; }
    }

    private static HeldOffer Held(EventOffer offer, Booking booking, int vatBasisPoints, IEnumerable<SoldUnit>? tickets = null)
    {
        var units = (tickets ?? []).ToLookup(ticket => (int)ticket.Line, ticket => new HeldUnit(
            ticket.TicketId, ticket.Number, ticket.Status == TicketStates.CheckedIn, !TicketStates.IsLive(ticket.Status)));
        var slot = offer.Slot(booking.SlotId) ?? throw new InvalidOperationException("A booking is of a slot of its event.");
        var local = LocalTimes.Local(slot.StartsAt, slot.Zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return new HeldOffer(
            booking.Id, "tickets", offer.Title, offer.Venue.Length == 0 ? local : $"{local}, {offer.Venue}", booking.EventId,
            booking.SlotId, StateOf(booking), booking.ExpiresAt, slot.StartsAt, IsCalledOff(offer, slot),
            [.. booking.Items.Select((item, i) => new HeldItem(
                i + 1, item.TicketTypeId, NameOf(item), item.Quantity, item.UnitPrice, vatBasisPoints, [.. units[i + 1]],
                offer.Type(item.TicketTypeId) is { Hidden: true },
                item.Seats is null ? null : [.. item.Seats.Select(seat => new HeldSeat(seat.Seat, seat.Label))]))]);
    }

    private static string NameOf(BookingItem item) =>
        item.Seats is { Count: > 0 } seats ? $"{item.Name} ({string.Join(", ", seats.Select(seat => seat.Label))})" : item.Name;

    private static string StateOf(Booking booking) => booking.Status switch
    {
        BookingStates.Pending => HoldStates.Held,
        BookingStates.Confirmed => HoldStates.Confirmed,
        BookingStates.Expired => HoldStates.Lapsed,
        BookingStates.Cancelled => HoldStates.Gone,
        _ => throw new InvalidOperationException($"Unknown status {booking.Status}."),
    };

    private static bool IsCalledOff(EventOffer offer, SlotOffer slot) => offer.Status == EventStates.Cancelled || slot.Cancelled;

    private static Task<BookingReader.Row?> Lock(Tx tx, Guid holdId, CancellationToken ct) =>
        tx.One<BookingReader.Row>(LockOne, new { holdId }, ct);

    private sealed record SoldUnit(Guid BookingId, short Line, Guid TicketId, string Number, string Status);

    private sealed record EndedTicket(Guid TicketTypeId, int? Seat);

    private const string HasLiveTickets = """
        select exists (
            select from ticketing.tickets
            where org_id = @orgId and booking_id = @holdId and status in ('issued', 'checked_in', 'transferred', 'listed')
        )
        """;

    private const string SelectEnded = """
        select ticket_type_id, seat
        from ticketing.tickets
        where org_id = @orgId and ticket_id = any (@ticketIds)
        """;

    private const string SelectMany = $"""
        select {BookingReader.Columns}
        from ticketing.bookings
        where org_id = @orgId and booking_id = any (@ids);

        {BookingReader.SelectItems};

        select booking_id, line, ticket_id, number, status
        from ticketing.tickets
        where org_id = @orgId and booking_id = any (@ids)
        order by booking_id, position
        """;

    private const string LockOne = $"""
        select {BookingReader.Columns}
        from ticketing.bookings
        where org_id = @orgId and booking_id = @holdId
        for update
        """;

    private const string LockOneWithItems = $"""
        {LockOne};

        {BookingReader.SelectItems}
        """;

    // Whoever extends a hold is an order: from here on it decides, and not the booking's own routes.
    private const string MoveEnd = """
        update ticketing.bookings
        set expires_at = @until, is_ordered = true, updated_at = @now
        where org_id = @orgId and booking_id = @holdId and status = 'pending' and expires_at >= @dbNow
        """;

    // A holder that was named with the booking stays the one who comes.
    private const string NameHolder = """
        update ticketing.bookings
        set user_id = coalesce(user_id, @userId),
            holder_name = case when holder_name = '' then @name else holder_name end,
            holder_email = case when holder_email = '' then @email else holder_email end
        where org_id = @orgId and booking_id = @holdId
        """;
}
