using System.Net.Mail;
using Balie.Ticketing.Events;
using Balie.Ticketing.Offers;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Bookings;

/// <summary>So many tickets of one type, on chosen seats or not.</summary>
internal sealed record WishedLine(TypeOffer Type, int Quantity, IReadOnlyList<int>? Seats);

/// <summary>
/// A request to book, understood: it names things that exist, that are on sale now, and within every limit that needs no claim to check.
/// </summary>
internal sealed record Wish(EventOffer Offer, SlotOffer Slot, List<WishedLine> Lines, BookingHolder? Holder)
{
    private const int MostItems = 20;

    public int Quantity => Lines.Sum(line => line.Quantity);

    public bool LeavesSeatsToUs => Offer.IsSeated && Lines.All(line => line.Seats is null);

    /// <param name="holderMayFollow">Who comes may be said later, except where somebody has a limit of their own.</param>
    public static Outcome<Wish> Read(
        BookTickets.Request request, Caller caller, Audience audience, EventOffer offer, Policies figures, DateTimeOffset now,
        bool holderMayFollow)
    {
        if (SlotOf(request, offer) is not { } slot) return request.SlotId is null ? SlotRequired : SlotNotFound;
        if (LinesOf(request, audience, offer) is not { } lines) return request.Items is null ? ItemsRequired : TicketTypeNotFound;
        if (!lines.All(line => audience.Sees(line.Type))) return NotUnlocked;
        if (lines.Count is 0 or > MostItems) return KernelRefusals.Invalid.At("items", $"Choose 1 to {MostItems} kinds of ticket.");
        if (lines.Any(line => line.Quantity < 1)) return KernelRefusals.Invalid.At("items", "Every quantity must be at least 1.");
        if (lines.Count > 1 && lines.DistinctBy(line => line.Type.TicketTypeId).Count() < lines.Count)
            return KernelRefusals.Invalid.At("items", "Name every ticket type once.");

        var holder = request.Holder ?? (caller.Email is null ? null : new BookingHolder("", caller.Email));
        if (holder is null && caller.UserId is null && !(holderMayFollow && offer.PersonLimit is null)) return HolderRequired;
        if (request.Holder is { } given && Unusable(given) is { } unusable) return unusable;
        if (Sale(offer, slot, lines, figures, now) is { } closed) return closed;
        if (Limits(lines, figures) is { } limited) return limited;
        if (BadSeats(offer, lines) is { } bad) return bad;
        return new Wish(offer, slot, lines, holder);
    }

    private static SlotOffer? SlotOf(BookTickets.Request request, EventOffer offer) =>
        request.SlotId is { } slotId ? offer.Slot(slotId) : offer.Slots is [var only] ? only : null;

    private static List<WishedLine>? LinesOf(BookTickets.Request request, Audience audience, EventOffer offer)
    {
        if (request.Items is null)
            return request.Quantity is { } quantity && offer.OnlyType(audience) is { } only ? [new WishedLine(only, quantity, null)] : null;
        var lines = new List<WishedLine>(request.Items.Count);
        foreach (var item in request.Items)
        {
            if (item is null || offer.Type(item.TicketTypeId) is not { } type) return null;
            lines.Add(new WishedLine(type, item.Quantity, item.Seats));
        }
        return lines;
    }

    private static Refusal? Unusable(BookingHolder holder)
    {
        if (holder.Name.Length is 0 or > 200) return KernelRefusals.Invalid.At("holder.name", "Give a name of at most 200 characters.");
        var usable = holder.Email.Length <= 254 && MailAddress.TryCreate(holder.Email, out var address) && address.Address == holder.Email;
        return usable ? null : KernelRefusals.Invalid.At("holder.email", "Give an e-mail address, such as name@example.org.");
    }

    private static Refusal? Sale(EventOffer offer, SlotOffer slot, List<WishedLine> lines, Policies figures, DateTimeOffset now)
    {
        if (offer.Status != EventStates.OnSale || slot.Cancelled) return NotOnSale;
        if (now > slot.StartsAt - figures.BookingCutOff) return SalesClosed;
        if (lines.Any(line => line.Type.OnSaleUntil < now)) return SalesClosed;
        return lines.Select(line => line.Type.OnSaleFrom).Where(from => from > now).Max() is { } opens
            ? NotOnSale.With("opensAt", opens)
            : null;
    }

    private static Refusal? Limits(List<WishedLine> lines, Policies figures)
    {
        var quantity = lines.Sum(line => (long)line.Quantity);
        if (quantity > figures.MaxTicketsPerOrder)
            return OverLimit.With("requested", quantity).With("available", figures.MaxTicketsPerOrder);
        foreach (var (type, asked, _) in lines)
        {
            if (asked > type.MaxPerOrder) return OverLimit.With("requested", asked).With("available", type.MaxPerOrder);
            if (asked < type.MinPerOrder) return BelowMinimum.With("requested", asked).With("minimum", type.MinPerOrder);
        }
        return null;
    }

    private static Refusal? BadSeats(EventOffer offer, List<WishedLine> lines)
    {
        if (lines.All(line => line.Seats is null)) return null;
        if (!offer.IsSeated) return KernelRefusals.Invalid.At("items", "This event has no numbered seats.");
        if (lines.Any(line => line.Seats is null)) return KernelRefusals.Invalid.At("items", "Choose all seats, or leave all to us.");
        if (lines.Any(line => line.Seats?.Count != line.Quantity))
            return KernelRefusals.Invalid.At("items", "Choose as many seats as tickets.");
        var chosen = lines.SelectMany(line => line.Seats ?? []).ToArray();
        if (chosen.Distinct().Count() < chosen.Length) return KernelRefusals.Invalid.At("items", "Name every seat once.");
        var allowed = lines.All(line => (line.Seats ?? []).All(number =>
            offer.Seats.TryGetValue(number, out var seat) && line.Type.MaySit(seat)));
        return allowed ? null : KernelRefusals.Invalid.At("items", "Some seats do not exist or are not sold with this ticket type.");
    }
}
