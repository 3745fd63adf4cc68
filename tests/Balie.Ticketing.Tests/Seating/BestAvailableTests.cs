using Balie.Ticketing.Offers;
using Balie.Ticketing.Seating;

namespace Balie.Ticketing.Tests.Seating;

public sealed class BestAvailableTests
{
    // One letter per seat, one line per row: o free, x taken, _ an aisle, w a free wheelchair place.
    [Theory]
    [InlineData("oooooooo", 2, "ooo**ooo")]
    [InlineData("ooxooo", 2, "**xooo")]
    [InlineData("ooo", 2, "**o")]
    [InlineData("oooo", 3, "***o")]
    [InlineData("ooox\nooooo", 3, "***x\nooooo")]
    [InlineData("oooo\nooo", 3, "oooo\n***")]
    [InlineData("oo_ooo", 3, "oo_***")]
    [InlineData("wwoo", 2, "ww**")]
    public void Seats_are_together_near_the_middle_and_leave_nobody_alone(string hall, int quantity, string expected) =>
        Assert.Equal(expected, Choose(hall, quantity));

    [Theory]
    [InlineData("oo_oo\noxoxo", 4, "**_**\noxoxo")]
    [InlineData("xoxoxox", 3, "x*x*x*x")]
    public void A_group_that_fits_nowhere_is_split_over_the_longest_runs(string hall, int quantity, string expected) =>
        Assert.Equal(expected, Choose(hall, quantity));

    [Theory]
    [InlineData("oox", 3)]
    [InlineData("wwwo", 2)]
    [InlineData("", 1)]
    public void Too_few_free_seats_give_none(string hall, int quantity) => Assert.Null(Choose(hall, quantity));

    [Fact]
    public void In_thousands_of_halls_the_choice_is_free_complete_and_leaves_an_orphan_only_where_every_choice_does()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var rows = Enumerable.Range(0, random.Next(1, 5))
                .Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => "oox_"[random.Next(4)])));
            var (hall, quantity) = (string.Join('\n', rows), random.Next(1, 6));

            var chosen = Choose(hall, quantity);

            var free = hall.Count(seat => seat == 'o');
            Assert.True(chosen is null == free < quantity, $"Seed {seed}: {quantity} of {free} free seats gave {chosen ?? "none"}.");
            if (chosen is null) continue;
            Assert.True(chosen.Count(seat => seat == '*') == quantity, $"Seed {seed}: {chosen}.");
            Assert.Equal(hall, chosen.Replace('*', 'o'));
            if (!chosen.Contains(new string('*', quantity), StringComparison.Ordinal))
                Assert.DoesNotContain(new string('o', quantity), hall, StringComparison.Ordinal);
            else
                Assert.True(NewOrphans(hall, chosen) <= Math.Max(0, FewestOrphans(hall, quantity)),
                    $"Seed {seed}: {chosen} leaves a seat alone without need.");
        }
    }

    private static int FewestOrphans(string hall, int quantity)
    {
        var (block, fewest) = (new string('o', quantity), int.MaxValue);
        for (var at = hall.IndexOf(block, StringComparison.Ordinal); at >= 0; at = hall.IndexOf(block, at + 1, StringComparison.Ordinal))
            fewest = Math.Min(fewest,
                NewOrphans(hall, string.Concat(hall.AsSpan(0, at), new string('*', quantity), hall.AsSpan(at + quantity))));
        return fewest;
    }

    private static int NewOrphans(string before, string after) => Orphans(after) - Orphans(before);

    private static int Orphans(string hall) => hall.Split('x', '_', '*', '\n').Count(run => run == "o");

    private static string? Choose(string hall, int quantity)
    {
        var (seats, taken, cells) = (new List<SeatOffer>(), new HashSet<int>(), hall.ToCharArray());
        var (row, position) = (1, 0);
        for (var cell = 0; cell < cells.Length; cell++)
        {
            position++;
            if (cells[cell] == '\n') (row, position) = (row + 1, 0);
            if (cells[cell] is '_' or '\n') continue;
            seats.Add(new SeatOffer(cell + 1, "Zaal", $"{row}", position, $"{row}-{position}",
                cells[cell] == 'w' ? "wheelchair" : SeatOffer.Standard));
            if (cells[cell] == 'x') taken.Add(cell + 1);
        }
        if (BestAvailable.Choose(seats, seat => !taken.Contains(seat), quantity) is not { } chosen) return null;
        foreach (var seat in chosen) cells[seat - 1] = '*';
        return new string(cells);
    }
}
