using System.Collections.Concurrent;
using System.Diagnostics;
using Balie.Contracts.Inventory;
using Balie.Ticketing.Offers;

namespace Balie.Ticketing.Availability;

/// <summary>What is free of an event, calculated from the claims, never stored.</summary>
/// <param name="OrderFee">What an order adds once, VAT included; nothing where all tickets are free.</param>
internal sealed record EventAvailability(DateTimeOffset AsOf, Money OrderFee, IReadOnlyList<SlotAvailability> Slots);

internal sealed record SlotAvailability(
    Guid Id, DateTimeOffset StartsAt, string Zone, int Capacity, int Available, IReadOnlyList<TypeAvailability> TicketTypes);

/// <param name="Fee">What an order adds to the price of each, VAT included.</param>
internal sealed record TypeAvailability(Guid Id, string Name, Money Price, Money Fee, int Available);

/// <summary>
/// Answers of availability as bytes, made anew at most four times a second per event whatever the number of askers; the folds behind it
/// are no fresher than that either.
/// </summary>
internal sealed class Availabilities(EventOffers offers, PolicyStore policies, IInventory inventory)
{
    private const int MostEntries = 5_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);

    private sealed record Entry(StoredAnswer Answer, EventOffer Offer, long MadeAt);

    private readonly ConcurrentDictionary<(Guid OrgId, Guid EventId), Entry> _entries = new();

    /// <summary>Null when there is no such public event.</summary>
    public ValueTask<StoredAnswer?> Of(Guid orgId, Guid eventId, CancellationToken ct) =>
        _entries.TryGetValue((orgId, eventId), out var entry) && Stopwatch.GetElapsedTime(entry.MadeAt) < Fresh
            ? ValueTask.FromResult<StoredAnswer?>(entry.Answer)
            : new(Make(orgId, eventId, ct));

    private async Task<StoredAnswer?> Make(Guid orgId, Guid eventId, CancellationToken ct)
    {
        if (await offers.Find(orgId, eventId, ct) is not { } offer) return null;
        var madeAt = Stopwatch.GetTimestamp();
        var pools = offer.Slots.SelectMany(slot => (Guid[])[slot.SlotId, .. slot.ZonePools.Values, .. slot.TypePools.Values]).ToArray();
        var views = (await inventory.See(orgId, pools, ct)).ToDictionary(view => view.PoolId);
        var figures = await policies.Of(orgId, ct);
        var answer = StoredAnswer.Of(new EventAvailability(
            inventory.Now, ServiceFees.PerOrder(offer.Types.Select(type => type.Price), offer.Currency, figures),
            [.. offer.Slots.Where(slot => !slot.Cancelled).Select(slot => See(slot, offer, views, figures))]), 200);
        if (_entries.Count >= MostEntries) _entries.Clear();
        _entries[(orgId, eventId)] = new Entry(answer, offer, madeAt);
        return answer;
    }

    private static SlotAvailability See(SlotOffer slot, EventOffer offer, Dictionary<Guid, PoolView> views, Policies figures)
    {
        var own = views.GetValueOrDefault(slot.SlotId) ?? new PoolView(slot.SlotId, 0, 0);
        var types = offer.Types.Select(type => new TypeAvailability(type.TicketTypeId, type.Name, type.Price,
            ServiceFees.PerTicket(type.Price, figures), slot.PoolsOf(type).Min(pool => views.GetValueOrDefault(pool)?.Available ?? 0)));
        return new SlotAvailability(slot.SlotId, slot.StartsAt, slot.Zone, own.Capacity, own.Available, [.. types]);
    }
}
