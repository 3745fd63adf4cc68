using Balie.Contracts.Inventory;
using Balie.Ticketing.Offers;
using Balie.Ticketing.Seating;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// The best seats that look free now, for somebody who leaves the choice to us. Whether they are is decided by the claim.
/// </summary>
internal static class SeatChoice
{
    /// <returns>The wish with seats in every line, or null when too few are left.</returns>
    public static async ValueTask<Wish?> Make(Wish wish, Guid orgId, IInventory inventory, int tried, CancellationToken ct)
    {
        if (!wish.LeavesSeatsToUs) return wish;
        var free = (await inventory.FreeUnits(orgId, wish.Slot.SlotId, ct)).ToHashSet();
        var lines = new List<WishedLine>(wish.Lines.Count);
        foreach (var line in wish.Lines)
        {
            var candidates = wish.Offer.Seats.Values.Where(seat => line.Type.MaySit(seat)).ToArray();
            // A hundred people who are offered the same best seats at once would meet again at the second best: each lost race spreads
            // wider.
            var seats = Choose(candidates, [.. free], line.Quantity, skip: tried == 1 ? 0 : Random.Shared.Next(1 << tried))
                ?? BestAvailable.Choose(candidates, free.Contains, line.Quantity);
            if (seats is null) return null;
            free.ExceptWith(seats);
            lines.Add(line with { Seats = seats });
        }
        return wish with { Lines = lines };
    }

    private static IReadOnlyList<int>? Choose(SeatOffer[] candidates, HashSet<int> free, int quantity, int skip)
    {
        for (; ; skip--)
        {
            var seats = BestAvailable.Choose(candidates, free.Contains, quantity);
            if (seats is null || skip == 0) return seats;
            free.ExceptWith(seats);
        }
    }
}
