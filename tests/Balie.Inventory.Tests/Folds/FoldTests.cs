using Balie.Inventory.Folds;

namespace Balie.Inventory.Tests.Folds;

public sealed class FoldTests
{
    [Fact]
    public void Whatever_happens_a_fold_counts_like_a_plain_set()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var capacity = random.Next(1, 200);
            var (fold, plain) = (Loaded(capacity), new HashSet<int>());
            for (var step = 0; step < 200; step++)
            {
                switch (random.Next(4))
                {
                    case 0:
                        var taken = new List<int>();
                        var count = random.Next(1, 8);
                        Assert.Equal(plain.Count + count <= capacity, fold.TryTake(count, taken, at: step));
                        foreach (var unit in taken)
                        {
                            Assert.True(plain.Add(unit) && unit >= 1 && unit <= capacity,
                                $"Seed {seed}: unit {unit} twice or out of range.");
                            fold.Settle(unit, null, step);
                        }
                        break;

                    case 1:
                        var chosen = random.Next(-1, capacity + 3);
                        Assert.Equal(chosen >= 1 && chosen <= capacity && !plain.Contains(chosen), fold.TryTakeUnit(chosen, step));
                        if (chosen >= 1 && chosen <= capacity && plain.Add(chosen)) fold.Settle(chosen, null, step);
                        break;

                    case 2 when plain.Count > 0:
                        var freed = plain.ElementAt(random.Next(plain.Count));
                        plain.Remove(freed);
                        fold.Hear(freed, taken: false, null, step);
                        break;

                    default:
                        var heard = random.Next(1, capacity + 1);
                        plain.Add(heard);
                        fold.Hear(heard, taken: true, null, step);
                        break;
                }
                Assert.Equal(capacity - plain.Count, fold.Available);
                Assert.Equal(Enumerable.Range(1, capacity).Except(plain), fold.FreeUnits());
            }
        }
    }

    [Fact]
    public void A_hold_lapses_when_its_time_has_passed_and_not_when_it_was_prolonged_or_sold()
    {
        var fold = Loaded(3);
        foreach (var unit in (int[])[1, 2, 3]) fold.Hear(unit, taken: true, expiresTicks: 100, at: 1);
        fold.Hear(2, taken: true, expiresTicks: 200, at: 2);
        fold.Hear(3, taken: true, expiresTicks: null, at: 2);

        fold.Lapse(nowTicks: 150, at: 3);
        Assert.Equal([1], fold.FreeUnits());
        fold.Lapse(nowTicks: 250, at: 4);
        Assert.Equal([1, 2], fold.FreeUnits());
    }

    [Fact]
    public void What_happens_while_the_claims_are_read_is_not_forgotten()
    {
        var fold = Loaded(10);
        Assert.True(fold.TryTakeUnit(1, at: 1));
        fold.BeginLoad();
        Assert.True(fold.TryTakeUnit(2, at: 2));
        fold.Settle(1, null, at: 3);
        fold.Hear(5, taken: false, null, at: 4);
        fold.Hear(6, taken: true, null, at: 4);

        // The database was read before any of that.
        fold.EndLoad(10, [new UnitRange(4, 5, null)], beganAt: 1);

        Assert.Equal([3, 5, 7, 8, 9, 10], fold.FreeUnits());
    }

    [Fact]
    public void A_fold_that_differs_from_the_claims_knows_by_how_much_and_is_mended()
    {
        var fold = Loaded(10);
        fold.Hear(3, taken: true, null, at: 1);
        UnitRange[] said = [new(9, 9, null)];

        Assert.Equal(2, fold.Differences(said, endedTicks: 100));
        fold.EndLoad(10, said, beganAt: 5);

        Assert.Equal(0, fold.Differences(said, endedTicks: 100));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 10], fold.FreeUnits());
    }

    [Fact]
    public void A_hold_that_ends_while_the_claims_are_compared_is_no_difference()
    {
        var fold = Loaded(10);
        fold.Hear(3, taken: true, expiresTicks: 90, at: 1);

        Assert.Equal(0, fold.Differences([], endedTicks: 100));
        Assert.Equal(0, fold.Differences([new UnitRange(3, 3, 90), new UnitRange(4, 4, 95)], endedTicks: 100));
        Assert.Equal(1, fold.Differences([], endedTicks: 80));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void News_of_units_above_a_capacity_that_went_down_does_not_make_the_pool_look_full(bool whileReading)
    {
        var fold = Loaded(100);
        fold.BeginLoad();
        if (whileReading) Hear();
        fold.EndLoad(capacity: 10, [new UnitRange(1, 2, null)], beganAt: 1);
        if (!whileReading) Hear();

        Assert.Equal(8, fold.Available);
        Assert.True(fold.TryTake(8, [], at: 3));

        void Hear()
        {
            for (var unit = 95; unit <= 100; unit++) fold.Hear(unit, taken: true, expiresTicks: 100, at: 2);
        }
    }

    [Fact]
    public void News_reads_as_it_was_written_in_as_many_messages_as_it_takes()
    {
        var random = new Random(1);
        var lines = Enumerable.Range(0, 200).Select(i => new Announcement.Line(
            new PoolKey(Guid.CreateVersion7(), Guid.CreateVersion7()), i % 7 == 0 ? Announcement.What.Freed : Announcement.What.Taken,
            i % 3 == 0 ? null : 638_000_000_000_000_000 + i,
            Announcement.Ranges([.. Enumerable.Range(0, 30).Select(_ => random.Next(1, 2_000)).Distinct()]))).ToList();

        var payloads = Announcement.Write("me", lines);

        Assert.True(payloads.Count > 1);
        Assert.All(payloads, payload => Assert.True(payload.Length < 8_000 && payload.StartsWith("me|", StringComparison.Ordinal)));
        var read = payloads.SelectMany(Announcement.Read).ToList();
        Assert.Equal(lines.Select(Describe), read.Select(Describe));
    }

    private static string Describe(Announcement.Line line) => $"{line.Pool} {line.What} {line.ExpiresTicks} {string.Join(',', line.Units)}";

    private static Fold Loaded(int capacity)
    {
        var fold = new Fold(new PoolKey(Guid.Empty, Guid.Empty));
        fold.BeginLoad();
        fold.EndLoad(capacity, [], beganAt: 0);
        return fold;
    }
}
