using Balie.Ticketing.Offers;

namespace Balie.Ticketing.Seating;

/// <summary>
/// Chooses seats for somebody who leaves it to us: next to each other, towards the front and the middle, and never so that one lonely
/// seat stays behind where that can be avoided. A group that fits no row is split over as few rows as possible. Pure, so tests can try
/// thousands of halls.
/// </summary>
internal static class BestAvailable
{
    /// <summary>Seats of equal standing are told apart by these, in this order.</summary>
    private readonly record struct Worth(int Orphans, int RowFromFront, double FromMiddle, int First) : IComparable<Worth>
    {
        public int CompareTo(Worth other)
        {
            var orphans = Orphans.CompareTo(other.Orphans);
            if (orphans != 0) return orphans;
            var row = RowFromFront.CompareTo(other.RowFromFront);
            if (row != 0) return row;
            var middle = FromMiddle.CompareTo(other.FromMiddle);
            return middle != 0 ? middle : First.CompareTo(other.First);
        }
    }

    /// <returns>
    /// As many seat numbers as asked, or null when too few are free. Wheelchair and companion places are only given when chosen.
    /// </returns>
    public static IReadOnlyList<int>? Choose(IEnumerable<SeatOffer> seats, Func<int, bool> isFree, int quantity)
    {
        var rows = seats.Where(seat => seat.Kind == SeatOffer.Standard)
            .GroupBy(seat => (seat.Section, seat.Row))
            .OrderBy(row => row.Min(seat => seat.Seat))
            .Select(row => row.OrderBy(seat => seat.Position).ToArray())
            .ToArray();
        return Together(rows, isFree, quantity) ?? Apart(rows, isFree, quantity);
    }

    private static int[]? Together(SeatOffer[][] rows, Func<int, bool> isFree, int quantity)
    {
        (Worth Worth, int[] Seats)? best = null;
        for (var row = 0; row < rows.Length; row++)
        {
            var middle = (rows[row][0].Position + rows[row][^1].Position) / 2.0;
            foreach (var run in Runs(rows[row], isFree))
            {
                for (var first = 0; first + quantity <= run.Length; first++)
                {
                    var (left, right) = (first, run.Length - first - quantity);
                    var center = (run[first].Position + run[first + quantity - 1].Position) / 2.0;
                    var worth = new Worth((left == 1 ? 1 : 0) + (right == 1 ? 1 : 0), row, Math.Abs(center - middle), run[first].Seat);
                    if (best is null || worth.CompareTo(best.Value.Worth) < 0)
                        best = (worth, [.. run.Skip(first).Take(quantity).Select(seat => seat.Seat)]);
                }
            }
        }
        return best?.Seats;
    }

    // Longest runs first: a family of seven over two rows sits five and two rather than in seven places.
    private static int[]? Apart(SeatOffer[][] rows, Func<int, bool> isFree, int quantity)
    {
        var chosen = new List<int>(quantity);
        var runs = rows.SelectMany(row => Runs(row, isFree)).OrderByDescending(run => run.Length).ThenBy(run => run[0].Seat);
        foreach (var run in runs)
        {
            chosen.AddRange(run.Take(quantity - chosen.Count).Select(seat => seat.Seat));
            if (chosen.Count == quantity) return [.. chosen];
        }
        return null;
    }

    // Free seats next to each other; an aisle or a taken seat ends a run.
    private static IEnumerable<SeatOffer[]> Runs(SeatOffer[] row, Func<int, bool> isFree)
    {
        var run = new List<SeatOffer>();
        foreach (var seat in row)
        {
            if (run.Count > 0 && (!isFree(seat.Seat) || seat.Position != run[^1].Position + 1))
            {
                yield return [.. run];
                run.Clear();
            }
            if (isFree(seat.Seat)) run.Add(seat);
        }
        if (run.Count > 0) yield return [.. run];
    }
}
