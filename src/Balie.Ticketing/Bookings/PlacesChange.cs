using Balie.Contracts.Inventory;
using Balie.Contracts.Orders;
using Balie.Ticketing.Offers;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// Other places for a held booking, worked out: what its items become, and what has to be claimed and let go for that. More of something,
/// or another seat, must be on sale and within every limit, as if all of it were booked now; less is always possible.
/// </summary>
/// <param name="Wanted">The whole booking as a wish; null where nothing is new.</param>
/// <param name="Claims">What is new, by pool; what is less of the same pool is taken off first.</param>
internal sealed record PlacesChange(
    EventOffer Offer, SlotOffer Slot, Wish? Wanted, Guid? PersonPool, IReadOnlyList<PlacesChange.Part> Parts, Booking After,
    IReadOnlyList<Demand> Claims, IReadOnlyList<Demand> Releases)
{
    /// <summary>An item as it was, with its new quantity.</summary>
    /// <param name="Chosen">All its seats from now on; null where they are left to us.</param>
    /// <param name="Added">Seats that we chose for what is more.</param>
    internal sealed record Part(BookingItem Item, TypeOffer? Type, int Quantity, IReadOnlyList<int>? Chosen, IReadOnlyList<int> Added)
    {
        public int More => Quantity - Item.Quantity;

        public IReadOnlyList<int> SeatsBefore { get; } = [.. (Item.Seats ?? []).Select(seat => seat.Seat)];

        /// <summary>Those that came last go with what is less.</summary>
        public IReadOnlyList<int> SeatsAfter => Chosen ?? [.. SeatsBefore.Take(Quantity), .. Added];

        /// <summary>Whether it has nothing that it did not have.</summary>
        public bool IsOnlyLess => More <= 0 && (Chosen is null || Chosen.Intersect(SeatsBefore).Count() == Quantity);
    }

    public bool HasChosenSeats => Parts.Any(part => part.Chosen is not null);

    public static Outcome<PlacesChange> Plan(
        Booking booking, Guid? userId, EventOffer offer, IReadOnlyDictionary<Guid, WantedItem> items, Caller caller, Audience audience,
        Policies figures, DateTimeOffset now)
    {
        if (offer.Slot(booking.SlotId) is not { } slot) return SlotNotFound;
        Part[] parts = [.. booking.Items.Select(item => (Item: item, Wanted: items.GetValueOrDefault(item.TicketTypeId))).Select(one =>
            new Part(one.Item, offer.Type(one.Item.TicketTypeId), one.Wanted?.Quantity ?? one.Item.Quantity, one.Wanted?.Seats, []))];
        if (parts.Any(part => part.More != 0 && part.Type is null)) return TicketTypeNotFound;
        if (parts.All(part => part.Quantity == 0)) return KernelRefusals.Invalid.At("items", "Leave at least one ticket.");
        if (parts.FirstOrDefault(part => part.Quantity > 0 && part.More < 0 && part.Quantity < part.Type?.MinPerOrder) is { } few)
            return BelowMinimum.With("requested", few.Quantity).With("minimum", few.Type?.MinPerOrder ?? 1);
        if (parts.Any(part => part.More > 0 && part.Type?.Price != part.Item.UnitPrice)) return TypePriceChanged;

        Wish? wanted = null;
        if (!parts.All(part => part.IsOnlyLess))
        {
            var wish = Wish.Read(
                new BookTickets.Request(
                    booking.EventId, booking.SlotId, Wishes(parts), Holder: booking.Holder is { Name.Length: > 0 } holder ? holder : null),
                caller, audience, offer, figures, now, holderMayFollow: true);
            if (wish.Refusal is { } refused) return refused;
            wanted = wish.Value;
        }
        Guid? personPool = offer.PersonLimit is null ? null : TakePlaces.PersonPool(booking.EventId, userId, booking.Holder, caller);
        return new PlacesChange(offer, slot, wanted, personPool, parts, booking, [], []).Settled();
    }

    // Where seats are chosen, those that stay are as good as chosen.
    private static BookTickets.Item[] Wishes(Part[] parts)
    {
        var areChosen = parts.Any(part => part.Chosen is not null);
        return [.. parts.Where(part => part.Quantity > 0).Select(part => new BookTickets.Item(part.Item.TicketTypeId, part.Quantity,
            areChosen ? part.Chosen ?? (part.More > 0 ? null : part.SeatsAfter) : null))];
    }

    /// <summary>The same with seats for what is more, on a seated event the best that look free; null when too few are left.</summary>
    public async ValueTask<PlacesChange?> WithSeats(Guid orgId, IInventory inventory, int tried, CancellationToken ct)
    {
        if (Wanted is not { LeavesSeatsToUs: true }) return this;
        var more = Wanted with
        {
            Lines = [.. Wanted.Lines
                .Select(line => line with { Quantity = Parts.Single(part => part.Item.TicketTypeId == line.Type.TicketTypeId).More })
                .Where(line => line.Quantity > 0)],
        };
        if (await SeatChoice.Make(more, orgId, inventory, tried, ct) is not { } chosen) return null;
        var seats = chosen.Lines.ToDictionary(line => line.Type.TicketTypeId, line => line.Seats ?? []);
        return (this with
        {
            Parts = [.. Parts.Select(part => part with { Added = seats.GetValueOrDefault(part.Item.TicketTypeId) ?? [] })],
        }).Settled();
    }

    public Refusal Explain(ClaimResult claim) => claim switch
    {
        ClaimResult.SoldOut over when over.PoolId == PersonPool =>
            OverLimit.With("requested", over.Requested).With("available", over.Available),
        ClaimResult.SoldOut sold => SoldOut.With("requested", sold.Requested).With("available", sold.Available),
        ClaimResult.UnitsTaken taken => HasChosenSeats ? SeatTaken.With("seats", taken.Units) : SoldOut,
        ClaimResult.Refused => KernelRefusals.Unavailable,
        _ => throw new InvalidOperationException($"Unknown result {claim}."),
    };

    // One type for another within the same pool needs no place that somebody else could have.
    private PlacesChange Settled()
    {
        var net = new Dictionary<Guid, int>();
        foreach (var part in Parts.Where(part => part.More != 0))
        {
            foreach (var pool in Slot.PoolsOf(part.Type))
                if (pool != Slot.SlotId || !Offer.IsSeated) net[pool] = net.GetValueOrDefault(pool) + part.More;
            if (PersonPool is { } person) net[person] = net.GetValueOrDefault(person) + part.More;
        }
        int[] before = [.. Parts.SelectMany(part => part.SeatsBefore)], after = [.. Parts.SelectMany(part => part.SeatsAfter)];
        int[] added = [.. after.Except(before)], letGo = [.. before.Except(after)];
        List<Demand> claims = [.. net.Where(pool => pool.Value > 0).Select(pool =>
            new Demand(pool.Key, pool.Value, Capacity: pool.Key == PersonPool ? Offer.PersonLimit : null))];
        List<Demand> releases = [.. net.Where(pool => pool.Value < 0).Select(pool => new Demand(pool.Key, -pool.Value))];
        if (added.Length > 0) claims.Add(new Demand(Slot.SlotId, added.Length, added));
        if (letGo.Length > 0) releases.Add(new Demand(Slot.SlotId, letGo.Length, letGo));

        BookingItem[] items = [.. Parts.Where(part => part.Quantity > 0).Select(ItemAfter)];
        var total = items.Aggregate(Money.Zero(After.Total.Currency), (sum, item) => sum + (item.UnitPrice * item.Quantity));
        return this with { Claims = claims, Releases = releases, After = After with { Items = items, Total = total } };
    }

    private BookingItem ItemAfter(Part part) => part.Item with
    {
        Quantity = part.Quantity,
        Seats = part.Item.Seats is null ? null : [.. part.SeatsAfter.Select(number =>
            part.Item.Seats.FirstOrDefault(seat => seat.Seat == number) ?? new BookedSeat(number, Offer.Seats[number].Label))],
    };
}
