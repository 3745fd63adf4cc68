using System.Security.Cryptography;
using System.Text;
using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Offers;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// Books places: free ones are confirmed at once, priced ones held until they are paid or the hold ends. Prices come from the offer, never
/// from the request. Everything is written in one transaction by the sequencer, so an answer that says "booked" is durable, and the same
/// request again gives the same answer.
/// </summary>
internal static class BookTickets
{
    private const int MostTries = 10;

    /// <summary>Either <paramref name="Items"/>, or only a <paramref name="Quantity"/> where the event has one ticket type.</summary>
    public sealed record Request(
        Guid EventId, Guid? SlotId = null, IReadOnlyList<Item>? Items = null, int? Quantity = null, BookingHolder? Holder = null);

    /// <param name="Seats">Seat numbers of the plan; without them, a seated event gives the best that are free.</param>
    public sealed record Item(Guid TicketTypeId, int Quantity, IReadOnlyList<int>? Seats = null);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/bookings", Handle).Public().WithMetadata(new AnswersWith(201), new WantsIdempotencyKey(LooksItself: true));

    public static async Task<Outcome<Booking>> Handle(
        Request request, Caller caller, IdempotentRequest once, EventOffers offers, PolicyStore policies, IInventory inventory,
        SystemDb system, TimeProvider clock, CancellationToken ct)
    {
        for (var tried = 1; ; tried++)
        {
            if (await offers.Find(caller.OrgId, request.EventId, ct) is not { } offer) return EventNotFound;
            var figures = await policies.Of(caller.OrgId, ct);
            var wished = Wish.Read(request, caller, offer, figures, clock.GetUtcNow());
            if (wished.Value is not { } wish) return await Refuse(wished.Refusal ?? SoldOut);
            if (await SeatChoice.Make(wish, caller.OrgId, inventory, tried, ct) is not { } seated)
                return await Refuse(SoldOut.With("requested", wish.Quantity).With("available", 0));

            var booking = Draft(seated, caller, inventory.Now + figures.HoldDuration, clock.GetUtcNow());
            var answer = StoredAnswer.Of(booking, once.Status);
            var claim = await inventory.Claim(Claim(seated, caller, booking, once.Store(booking.Id, answer, booking.CreatedAt)), ct);
            switch (claim)
            {
                case ClaimResult.Claimed:
                    return Outcome<Booking>.Written(booking, answer);

                case ClaimResult.Refused { Companion: IdempotentRequest.KeyCompanion }:
                    return await once.Find(system.As(caller.OrgId), ct) is { } earlier ? earlier : KernelRefusals.IdempotencyInProgress;

                case ClaimResult.Refused when tried < MostTries:
                    offers.Forget(caller.OrgId, request.EventId);
                    continue;

                // The best seats went to somebody else in this very moment: look for the next best.
                case ClaimResult.UnitsTaken when tried < MostTries && wish.LeavesSeatsToUs:
                    continue;

                default:
                    return await Refuse(Explain(claim, wish, caller));
            }
        }

        // A twin of this request may be the one that got the places: then its answer is ours.
        async Task<Outcome<Booking>> Refuse(Refusal refusal) =>
            await once.FindAfterTwin(system.As(caller.OrgId), ct) is { } earlier ? earlier : refusal;
    }

    private static Booking Draft(Wish wish, Caller caller, DateTimeOffset holdUntil, DateTimeOffset now)
    {
        var total = wish.Lines.Aggregate(Money.Zero(wish.Offer.Currency), (sum, line) => sum + (line.Type.Price * line.Quantity));
        var (reference, free, before) = (References.New(), total.Amount == 0, 0);
        var items = new BookingItem[wish.Lines.Count];
        for (var i = 0; i < items.Length; i++)
        {
            var line = wish.Lines[i];
            var seats = line.Seats?.Select(seat => new BookedSeat(seat, wish.Offer.Seats[seat].Label)).ToArray();
            items[i] = new BookingItem(line.Type.TicketTypeId, line.Type.Name, line.Quantity, line.Type.Price, seats,
                free ? TicketNumbers.Of(reference, before, line.Quantity) : []);
            before += line.Quantity;
        }
        return new Booking(Ids.New(now), reference, free ? BookingStates.Confirmed : BookingStates.Pending,
            wish.Offer.EventId, wish.Slot.SlotId, items, total, wish.Holder, free ? null : holdUntil, now);
    }

    private static ClaimRequest Claim(Wish wish, Caller caller, Booking booking, CompanionRow answer)
    {
        var demands = Demands(wish.Slot, wish.Lines.Select(line => ((TypeOffer?)line.Type, line.Quantity, line.Seats)));
        if (wish.Offer.PersonLimit is { } limit) demands.Add(new Demand(PersonPool(wish, caller), wish.Quantity, Capacity: limit));
        object happened = booking.ExpiresAt is { } expires
            ? new BookingHeld(booking.Id, booking.EventId, booking.SlotId, wish.Quantity, expires)
            : new BookingConfirmed(booking.Id, booking.EventId, booking.SlotId, wish.Quantity);
        var message = happened is BookingHeld held
            ? OutboxCompanion.Of(caller.OrgId, held, booking.CreatedAt)
            : OutboxCompanion.Of(caller.OrgId, (BookingConfirmed)happened, booking.CreatedAt);
        return new ClaimRequest(caller.OrgId, booking.Id, booking.ExpiresAt, demands,
            [.. BookingRows.Of(caller, wish.Offer, booking), answer, message]);
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
    private static Guid PersonPool(Wish wish, Caller caller)
    {
        var person = caller.UserId?.ToString() ?? wish.Holder?.Email.ToUpperInvariant() ?? caller.Actor;
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{wish.Offer.EventId}/person/{person}")).AsSpan(0, 16));
    }

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
