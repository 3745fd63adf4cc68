using Balie.Contracts.Inventory;
using Balie.Contracts.Orders;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Offers;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// Changes how many places a held booking has, or which seats. What is new is claimed first, by a holder of its own that ends with the
/// booking; then one transaction writes the booking, takes that over and lets go of what is left out. So its buyer always has all of what
/// was before or all of what is after.
/// </summary>
internal sealed class ChangePlaces(
    EventOffers offers, PolicyStore policies, IInventory inventory, SystemDb system, TimeProvider clock)
{
    private const int MostTries = 10;

    /// <param name="Lock">Begins the transaction: false when the booking is not the asker's any more.</param>
    /// <param name="Record">Ends it, with the booking as it is now.</param>
    public sealed record Terms(Func<Tx, Task<bool>> Lock, Func<Tx, EventOffer, Booking, Task> Record);

    /// <param name="items">How many of which ticket type, and which seats; others stay as they are.</param>
    public async Task<Outcome<Booking>> For(
        Guid bookingId, IReadOnlyDictionary<Guid, WantedItem> items, Caller caller, IReadOnlyList<Guid> unlocked, Terms terms,
        CancellationToken ct)
    {
        var (db, seenTaken) = (system.As(caller.OrgId), (int?)null);
        for (var tried = 1; ; tried++)
        {
            if (await db.One<BookingReader.Row>(SelectOne, new { bookingId }, ct) is not { } row) return BookingNotFound;
            var booking = await BookingReader.Whole(db, row, inventory.Now, ct);
            if (booking.Status != BookingStates.Pending || booking.ExpiresAt is not { } until) return HoldExpired;
            if (await offers.Find(caller.OrgId, booking.EventId, ct) is not { } offer) return EventNotFound;

            var figures = await policies.Of(caller.OrgId, ct);
            var planned = PlacesChange.Plan(
                booking, row.UserId, offer, items, caller, Audience.Of(caller, unlocked), figures, clock.GetUtcNow());
            if (planned.Value is not { } plan) return planned.Refusal ?? SoldOut;
            if (await plan.WithSeats(caller.OrgId, inventory, tried, ct) is not { } change) return SoldOut;

            var extraId = db.NewId();
            if (change.Claims.Count > 0)
            {
                var claim = await inventory.Claim(new ClaimRequest(caller.OrgId, extraId, until, change.Claims, []), ct);
                // Seats that were chosen may have been taken for this very booking, in another tab: whoever looks again sees that.
                if (claim is ClaimResult.UnitsTaken && tried < MostTries && (!change.HasChosenSeats || seenTaken != row.Sequence))
                {
                    seenTaken = row.Sequence;
                    continue;
                }
                if (claim is not ClaimResult.Claimed) return change.Explain(claim);
            }
            var changed = await db.Transact<Booking>(tx => Write(tx, row, change, extraId, until, caller, terms, ct), ct);
            if (changed.Value is not null) return changed;
            if (change.Claims.Count > 0) await db.Transact(tx => inventory.Release(tx, extraId, ct), ct);
            if (changed.Refusal != KernelRefusals.VersionChanged || tried == MostTries) return changed;
            offers.Forget(caller.OrgId, booking.EventId);
        }
    }

    // Whatever was read before the lock may have changed: then this changes nothing, and the caller looks again.
    private async Task<Outcome<Booking>> Write(
        Tx tx, BookingReader.Row read, PlacesChange change, Guid extraId, DateTimeOffset until, Caller caller, Terms terms,
        CancellationToken ct)
    {
        if (!await terms.Lock(tx)) return BookingNotFound;
        var row = await tx.One<BookingReader.Row>(LockOne, new { read.BookingId }, ct);
        if (row is not { Status: BookingStates.Pending, ExpiresAt: { } end } || end < inventory.Now) return HoldExpired;
        if (row.Sequence != read.Sequence) return KernelRefusals.VersionChanged;
        if (await tx.One<int>(VersionOf, new { row.EventId }, ct) != change.Offer.Version) return KernelRefusals.VersionChanged;

        var extra = change.Claims.Sum(claim => claim.Quantity);
        if (extra > 0 && await inventory.HandOver(tx, extraId, row.BookingId, end, ct) < extra) return HoldExpired;
        if (change.Releases.Count > 0) await inventory.Release(tx, row.BookingId, change.Releases, elsewhere: 0, ct);
        var after = change.After with { ExpiresAt = end };
        var places = after.Items.Sum(item => item.Quantity);
        await tx.Run(WriteItems, ItemColumns(after), ct);
        await tx.Run(Update, new
        {
            row.BookingId,
            total = after.Total.Amount,
            caller.Actor,
            row.Status,
            reason = $"changed to {places} places",
            tx.Now,
        }, ct);
        tx.Publish(new BookingHeld(row.BookingId, row.EventId, row.SlotId, places, end));
        await terms.Record(tx, change.Offer, after);
        return after;
    }

    private static object ItemColumns(Booking booking)
    {
        T[] All<T>(Func<BookingItem, T> value) => [.. booking.Items.Select(value)];
        return new
        {
            bookingId = booking.Id,
            types = All(item => item.TicketTypeId),
            names = All(item => item.Name),
            quantities = All(item => item.Quantity),
            prices = All(item => item.UnitPrice.Amount),
            seats = All(item => item.Seats is { } seats ? $"{{{string.Join(',', seats.Select(seat => seat.Seat))}}}" : null),
            labels = All(item => item.Seats is { } seats ? string.Join('\u001f', seats.Select(seat => seat.Label)) : null),
        };
    }

    private const string SelectOne = $"""
        select {BookingReader.Columns}
        from ticketing.bookings
        where org_id = @orgId and booking_id = @bookingId
        """;

    private const string LockOne = $"{SelectOne} for update";

    private const string VersionOf = "select version from ticketing.events where org_id = @orgId and event_id = @eventId";

    // Rows of unequal numbers of seats travel as text, as in BookingRows.
    private const string WriteItems = """
        delete from ticketing.booking_items where org_id = @orgId and booking_id = @bookingId;

        insert into ticketing.booking_items (org_id, booking_id, line, ticket_type_id, name, quantity, price_minor, seats, seat_labels)
        select @orgId, @bookingId, line, ticket_type_id, name, quantity, price_minor, seats::integer[], string_to_array(labels, chr(31))
        from unnest(@types, @names, @quantities, @prices, @seats::text[], @labels::text[])
            with ordinality as item (ticket_type_id, name, quantity, price_minor, seats, labels, line)
        """;

    // It stands where it stood; that it changed is part of its history all the same.
    private const string Update = """
        with changed as (
            update ticketing.bookings
            set total_minor = @total, sequence = sequence + 1, updated_at = @now
            where org_id = @orgId and booking_id = @bookingId
        )
        insert into ticketing.booking_history (org_id, booking_id, step, at, actor, from_status, to_status, reason)
        select @orgId, @bookingId, count(*) + 1, @now, @actor, @status, @status, @reason
        from ticketing.booking_history
        where org_id = @orgId and booking_id = @bookingId
        """;
}
