using System.Security.Cryptography;
using System.Text;
using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Offers;
using Balie.Ticketing.Tickets;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// Takes the places of a new booking, whoever asks for it: a visitor, or an order. Prices come from the offer, never from the request.
/// Everything is written in one transaction by the sequencer, the asker's own rows included.
/// </summary>
internal sealed class TakePlaces(EventOffers offers, PolicyStore policies, IInventory inventory, TimeProvider clock)
{
    private const int MostTries = 10;

    /// <summary>How a booking comes to be, beyond what was wished for.</summary>
    /// <param name="Companions">The asker's rows, once it is known what the booking is.</param>
    /// <param name="BookingId">Chosen by the asker, or null for a new one.</param>
    /// <param name="Until">The end of the hold; null for the usual length.</param>
    /// <param name="ForOrder">Held whatever it costs, until its order says more; who comes may be said then.</param>
    /// <param name="IsOffered">Held whatever it costs, until whoever waited for it accepts.</param>
    /// <param name="Unlocked">Ticket types that are hidden from others, and open to whoever takes these places.</param>
    public sealed record Terms(
        Func<EventOffer, Booking, IEnumerable<CompanionRow>> Companions, Guid? BookingId = null, DateTimeOffset? Until = null,
        bool ForOrder = false, bool IsOffered = false, IReadOnlyList<Guid>? Unlocked = null)
    {
        public bool IsOnlyHeld => ForOrder || IsOffered;
    }

    /// <summary>The booking, written. A companion's key that was taken refuses with <c>kernel.idempotency_in_progress</c>.</summary>
    public async Task<Outcome<Booking>> For(BookTickets.Request request, Caller caller, Terms terms, CancellationToken ct)
    {
        for (var tried = 1; ; tried++)
        {
            if (await offers.Find(caller.OrgId, request.EventId, ct) is not { } offer) return EventNotFound;
            var figures = await policies.Of(caller.OrgId, ct);
            var wished = Wish.Read(
                request, caller, Audience.Of(caller, terms.Unlocked ?? []), offer, figures, clock.GetUtcNow(),
                holderMayFollow: terms.ForOrder);
            if (wished.Value is not { } wish) return wished.Refusal ?? SoldOut;
            if (await SeatChoice.Make(wish, caller.OrgId, inventory, tried, ct) is not { } seated)
                return SoldOut.With("requested", wish.Quantity).With("available", 0);

            var booking = Draft(seated, terms, terms.Until ?? inventory.Now + figures.HoldDuration, clock.GetUtcNow());
            var claim = await inventory.Claim(Claim(seated, caller, booking, terms), ct);
            switch (claim)
            {
                case ClaimResult.Claimed:
                    return booking;

                case ClaimResult.Refused { Companion: IdempotentRequest.KeyCompanion }:
                    return KernelRefusals.IdempotencyInProgress;

                case ClaimResult.Refused { Companion: BookingRows.EventCompanion } when tried < MostTries:
                    offers.Forget(caller.OrgId, request.EventId);
                    continue;

                // The best seats went to somebody else in this very moment: look for the next best.
                case ClaimResult.UnitsTaken when tried < MostTries && wish.LeavesSeatsToUs:
                    continue;

                default:
                    return Explain(claim, wish, caller);
            }
        }
    }

    private static Booking Draft(Wish wish, Terms terms, DateTimeOffset holdUntil, DateTimeOffset now)
    {
        var total = wish.Lines.Aggregate(Money.Zero(wish.Offer.Currency), (sum, line) => sum + (line.Type.Price * line.Quantity));
        var (reference, sold, before) = (References.New(), total.Amount == 0 && !terms.IsOnlyHeld, 0);
        var items = new BookingItem[wish.Lines.Count];
        for (var i = 0; i < items.Length; i++)
        {
            var line = wish.Lines[i];
            var seats = line.Seats?.Select(seat => new BookedSeat(seat, wish.Offer.Seats[seat].Label)).ToArray();
            items[i] = new BookingItem(line.Type.TicketTypeId, line.Type.Name, line.Quantity, line.Type.Price, seats,
                sold ? TicketNumber.Of(reference, before, line.Quantity) : []);
            before += line.Quantity;
        }
        return new Booking(terms.BookingId ?? Ids.New(now), reference, sold ? BookingStates.Confirmed : BookingStates.Pending,
            wish.Offer.EventId, wish.Slot.SlotId, items, total, wish.Holder, sold ? null : holdUntil, now);
    }

    private static ClaimRequest Claim(Wish wish, Caller caller, Booking booking, Terms terms)
    {
        var demands = Demands(wish.Slot, wish.Lines.Select(line => ((TypeOffer?)line.Type, line.Quantity, line.Seats)));
        if (wish.Offer.PersonLimit is { } limit) demands.Add(new Demand(PersonPool(wish, caller), wish.Quantity, Capacity: limit));
        var message = booking.ExpiresAt is { } expires
            ? OutboxCompanion.Of(caller.OrgId,
                new BookingHeld(booking.Id, booking.EventId, booking.SlotId, wish.Quantity, expires), booking.CreatedAt)
            : OutboxCompanion.Of(caller.OrgId,
                new BookingConfirmed(booking.Id, booking.EventId, booking.SlotId, wish.Quantity), booking.CreatedAt);
        return new ClaimRequest(caller.OrgId, booking.Id, booking.ExpiresAt, demands,
            [.. BookingRows.Of(caller, wish.Offer, booking, terms.ForOrder), .. terms.Companions(wish.Offer, booking), message]);
    }

    /// <summary>What these tickets take from which pools; chosen seats are units of the slot's own pool.</summary>
    internal static List<Demand> Demands(SlotOffer slot, IEnumerable<(TypeOffer? Type, int Quantity, IReadOnlyList<int>? Seats)> lines)
    {
        var demands = new List<Demand>();
        foreach (var (type, quantity, seats) in lines)
            foreach (var pool in slot.PoolsOf(type)) demands.Add(new Demand(pool, quantity, pool == slot.SlotId ? seats : null));
        return demands;
    }

    // The same person and event always give the same pool, so their limit holds over all their bookings, whatever the process.
    internal static Guid PersonPool(Guid eventId, Guid? userId, BookingHolder? holder, Caller caller)
    {
        var person = userId?.ToString() ?? holder?.Email.ToUpperInvariant() ?? caller.Actor;
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{eventId}/person/{person}")).AsSpan(0, 16));
    }

    private static Guid PersonPool(Wish wish, Caller caller) => PersonPool(wish.Offer.EventId, caller.UserId, wish.Holder, caller);

    private static Refusal Explain(ClaimResult claim, Wish wish, Caller caller) => claim switch
    {
        ClaimResult.SoldOut { PoolId: var pool } over when wish.Offer.PersonLimit is not null && pool == PersonPool(wish, caller) =>
            OverLimit.With("requested", over.Requested).With("available", over.Available),
        ClaimResult.SoldOut sold => SoldOut.With("requested", sold.Requested).With("available", sold.Available),
        ClaimResult.UnitsTaken taken => SeatTaken.With("seats", taken.Units),
        ClaimResult.Refused => KernelRefusals.Unavailable,
        _ => throw new InvalidOperationException($"Unknown result {claim}."),
    };
}
