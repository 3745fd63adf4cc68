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
/// <param name="Hidden">Not for everybody: whoever sees this may have it.</param>
internal sealed record TypeAvailability(Guid Id, string Name, Money Price, Money Fee, int Available, bool Hidden);

/// <summary>
/// Answers of availability as bytes, made anew at most four times a second per event whatever the number of askers; the folds behind it
/// are no fresher than that either.
/// </summary>
internal sealed class Availabilities(EventOffers offers, PolicyStore policies, IInventory inventory)
{
    private const int MostEntries = 5_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);

    private sealed record Entry(StoredAnswer Answer, long MadeAt);

    private readonly ConcurrentDictionary<(Guid OrgId, Guid EventId, Audience Audience), Entry> _entries = new();

    /// <summary>Null when there is no such public event.</summary>
    /// <param name="audience">What a code opened to few is made for them alone.</param>
    public ValueTask<StoredAnswer?> Of(Guid orgId, Guid eventId, Audience audience, CancellationToken ct) =>
        _entries.TryGetValue((orgId, eventId, audience), out var entry) && Stopwatch.GetElapsedTime(entry.MadeAt) < Fresh
            ? ValueTask.FromResult<StoredAnswer?>(entry.Answer)
            : new(Make(orgId, eventId, audience, ct));

    private async Task<StoredAnswer?> Make(Guid orgId, Guid eventId, Audience audience, CancellationToken ct)
    {
        if (await offers.Find(orgId, eventId, ct) is not { } offer) return null;
        var madeAt = Stopwatch.GetTimestamp();
        var pools = offer.Slots.SelectMany(slot => (Guid[])[slot.SlotId, .. slot.ZonePools.Values, .. slot.TypePools.Values]).ToArray();
        var views = (await inventory.See(orgId, pools, ct)).ToDictionary(view => view.PoolId);
        TypeOffer[] types = [.. offer.Types.Where(audience.Sees)];
        var figures = await policies.Of(orgId, ct);
        var answer = StoredAnswer.Of(new EventAvailability(
            inventory.Now, ServiceFees.PerOrder(types.Select(type => type.Price), offer.Currency, figures),
            [.. offer.Slots.Where(slot => !slot.Cancelled).Select(slot => See(slot, types, views, figures))]), 200);
        if (audience.Unlocked.Count > 0) return answer;
        if (_entries.Count >= MostEntries) _entries.Clear();
        _entries[(orgId, eventId, audience)] = new Entry(answer, madeAt);
        return answer;
    }

    private static SlotAvailability See(SlotOffer slot, TypeOffer[] offered, Dictionary<Guid, PoolView> views, Policies figures)
    {
        var own = views.GetValueOrDefault(slot.SlotId) ?? new PoolView(slot.SlotId, 0, 0);
        var types = offered.Select(type => new TypeAvailability(type.TicketTypeId, type.Name, type.Price,
            ServiceFees.PerTicket(type.Price, figures),
            slot.PoolsOf(type).Min(pool => views.GetValueOrDefault(pool)?.Available ?? 0), type.Hidden));
        return new SlotAvailability(slot.SlotId, slot.StartsAt, slot.Zone, own.Capacity, own.Available, [.. types]);
    }
}
