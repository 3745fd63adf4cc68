using System.Diagnostics;

namespace Balie.FaultTests.Sale;

/// <summary>Two processes sell the same places to a crowd that comes all at once.</summary>
[Collection<CruelPostgres>]
public sealed class OnSaleRaceTests(PrivatePostgres postgres)
{
    private const int People = 2_000;
    private const int Places = 500;
    private const int FewestCounts = 10;

    // Longer than it takes the crowd to arrive, shorter than the program waits for a lock.
    private static readonly TimeSpan BeforeTheGun = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenSamples = TimeSpan.FromMilliseconds(25);

    // The key stays, because the product's own statement names it, but it guards nothing any more: every claim gets a number of its own.
    private const string SwitchTheGuardOff = """
        create sequence inventory.any_number;
        grant usage on sequence inventory.any_number to balie_system, balie_app;
        create function inventory.number_anew() returns trigger language plpgsql as $$
        begin
            new.unit := nextval('inventory.any_number');
            return new;
        end $$;
        create trigger number_anew before insert on inventory.claims for each row execute function inventory.number_anew();
        """;

    private const string LockClaims = "lock table inventory.claims in exclusive mode";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private sealed record Race(Told[] Told, IReadOnlyList<Count> Counts, TimeSpan Took)
    {
        public int Booked => Told.Count(told => told.Booked);

        public int SoldOut => Told.Count(told => told.Code == "ticketing.sold_out");

        /// <summary>Everything that went wrong, by the same measure for the real race and for the one without its guard.</summary>
        public List<string> Objections()
        {
            List<string> wrong = [.. Counts.SelectMany(count => count.Objections()).Distinct()];
            if (Booked != Places) wrong.Add($"{Booked} of {Places} places were sold.");
            if (SoldOut != People - Places) wrong.Add($"{SoldOut} people were told that it is sold out.");
            wrong.AddRange(Told.Where(told => !told.Booked && told.Code != "ticketing.sold_out")
                .Select(told => told.ToString()).Distinct());
            var tickets = Told.SelectMany(told => told.Tickets).ToArray();
            var numbers = tickets.Distinct().Count();
            if (tickets.Length != Booked || numbers != tickets.Length) wrong.Add($"{tickets.Length} tickets have {numbers} numbers.");
            return wrong;
        }

        public override string ToString() =>
            $"{Booked} booked and {SoldOut} sold out of {People} in {Took.TotalSeconds:0.0} s, {Counts.Count} counts";
    }

    [Fact]
    public async Task Two_thousand_people_get_exactly_five_hundred_places_from_two_processes()
    {
        await using var fleet = await Fleet.On(postgres, Ct);
        var counters = await TwoCounters(fleet);
        var show = await Fleet.OnSale(counters[0], Places, Ct);

        var race = await Run(fleet, counters, show);

        Report.Say($"The race: {race}");
        Assert.Empty(race.Objections());
        Assert.True(race.Counts.Count >= FewestCounts, $"Only {race.Counts.Count} counts.");
        Assert.Contains(race.Counts, count => count.Sold is > 0 and < Places);
        await fleet.IsSound(show, Ct);
    }

    [Fact]
    public async Task Without_the_key_that_guards_a_place_the_same_race_oversells_and_the_same_measure_says_so()
    {
        await using var fleet = await Fleet.On(postgres, Ct);
        var counters = await TwoCounters(fleet);
        var show = await Fleet.OnSale(counters[0], Places, Ct);
        await fleet.Truth.Do(SwitchTheGuardOff, null, Ct);

        var race = await Run(fleet, counters, show);

        var objections = race.Objections();
        Report.Say($"Without the guard: {race}; {objections.Count} objections");
        Assert.True(race.Booked > Places, race.ToString());
        Assert.Contains(objections, objection => objection.StartsWith("oversold", StringComparison.Ordinal));
        var (exit, output) = await fleet.Verify(Ct);
        Assert.NotEqual(0, exit);
        Assert.Contains("BROKEN  I1", output, StringComparison.Ordinal);
    }

    private static async Task<BalieProcess[]> TwoCounters(Fleet fleet)
    {
        var first = await fleet.Start(Ct);
        return [first, await fleet.Start(Ct)];
    }

    private static async Task<Race> Run(Fleet fleet, BalieProcess[] counters, Show show)
    {
        // Both remember the pool as empty and wait with their first batch, so that the whole crowd decides by an old picture. The second
        // lock is granted right after those first batches, whatever comes behind them: a moment in the middle of the race.
        foreach (var counter in counters) Assert.Equal(Places, await Fleet.Available(counter, show, Ct));
        var began = Stopwatch.StartNew();
        Task<Told[]> crowd;
        var counts = new List<Count>();
        await using var watch = await fleet.Truth.OpenConnectionAsync(Ct);
        await using (var gun = await Rival.Open(fleet.Truth))
        await using (var pause = await Rival.Open(fleet.Truth))
        {
            await gun.Run(LockClaims);
            var people = Visitor.Crowd(show, People).Select((visitor, i) => (Visitor: visitor, At: counters[i % 2])).ToArray();
            var first = people[..2].Select(Insist).ToArray();
            await gun.UntilSomeoneWaits(first.Length);
            var pausing = pause.Run(LockClaims);
            await gun.UntilSomeoneWaits(first.Length + 1);
            crowd = Task.WhenAll([.. first, .. people[2..].Select(Insist)]);
            await Task.Delay(BeforeTheGun, Ct);
            await gun.Rollback();
            await pausing;
            counts.Add(await watch.Count(show, Ct));
            await pause.Rollback();
        }
        while (!crowd.IsCompleted)
        {
            counts.Add(await watch.Count(show, Ct));
            await Task.WhenAny(crowd, Task.Delay(BetweenSamples, Ct));
        }
        var told = await crowd;
        counts.Add(await watch.Count(show, Ct));
        return new Race(told, counts, began.Elapsed);

        static Task<Told> Insist((Visitor Visitor, BalieProcess At) one) => one.Visitor.Insist(() => one.At.Http, Ct);
    }
}
