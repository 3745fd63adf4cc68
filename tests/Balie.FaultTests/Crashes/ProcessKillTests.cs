using System.Globalization;

namespace Balie.FaultTests.Crashes;

/// <summary>
/// kill -9 of the process while two hundred people book, at the points that matter, made from outside: a lock of a rival holds a batch
/// before its commit, a proxy swallows the answer after it.
/// </summary>
[Collection<CruelPostgres>]
public sealed class ProcessKillTests(PrivatePostgres postgres)
{
    private const int People = 200;
    private const int Rounds = 5;
    private static readonly TimeSpan Rush = TimeSpan.FromSeconds(1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_before_the_commit_a_batch_is_wholly_there_or_wholly_absent(bool commits)
    {
        await using var fleet = await Fleet.On(postgres, Ct);
        var balie = await fleet.Start(Ct);
        var show = await Fleet.OnSale(balie, capacity: 1_000, Ct);
        var people = Visitor.Crowd(show, People);

        var rush = people.Insist(() => balie.Http, Rush, new Random(1), Ct);
        await Truth.Until(() => Task.FromResult(people.Count(visitor => visitor.Promised is not null) > 10), "some booked", Ct);
        long before;
        await using (var rival = await Rival.Open(fleet.Truth))
        {
            await rival.Run("lock table ticketing.booking_history in exclusive mode");
            before = (await fleet.Truth.Count(show, Ct)).Sold;
            await rival.UntilSomeoneWaits();
            await balie.Kill();
            // The database has the whole batch. Let go in time it goes through, for nobody; held too long, it is given up.
            if (!commits) await UntilNobodyWaits(fleet);
            await rival.Rollback();
        }
        await fleet.Truth.UntilQuiet(Ct);
        var after = await fleet.Truth.Count(show, Ct);
        Assert.Equal(commits, after.Sold > before);
        Assert.Empty(after.Objections());
        Assert.Empty(await fleet.Truth.Torn(show, Ct));

        balie = await fleet.Start(Ct);
        await rush;

        await people.GotExactlyOneBookingEach(balie, fleet, show, Ct);
        await fleet.IsSound(show, Ct);
        Report.Say($"Killed before the commit: {before} bookings before, {after.Sold} after");
    }

    [Fact]
    public async Task Killed_after_the_commit_and_before_the_answer_the_retry_gets_that_answer()
    {
        await using var fleet = await Fleet.On(postgres, Ct);
        var balie = await fleet.StartBehindProxy(Ct);
        var show = await Fleet.OnSale(balie, capacity: 1_000, Ct);
        var people = Visitor.Crowd(show, People);
        var unlucky = people[People / 2];

        var struck = fleet.Proxy.Lurk(unlucky.Email, Fault.SwallowAnswers);
        var rush = people.Insist(() => balie.Http, Rush, new Random(2), Ct);
        await struck;
        await UntilBooked(fleet, show, unlucky);
        Assert.Null(unlucky.Promised);
        await balie.Kill();
        await fleet.Truth.UntilQuiet(Ct);
        Assert.Empty(await fleet.Truth.Torn(show, Ct));

        balie = await fleet.StartBehindProxy(Ct);
        await rush;

        Assert.True(unlucky.Answers.First(told => told.Booked).Replayed);
        await people.GotExactlyOneBookingEach(balie, fleet, show, Ct);
        await fleet.IsSound(show, Ct);
    }

    [Theory]
    [InlineData(Fault.SwallowAnswers, true)]
    [InlineData(Fault.Truncate, false)]
    [InlineData(Fault.Reset, false)]
    [InlineData(Fault.HalfOpen, false)]
    [InlineData(Fault.BlackHole, false)]
    public async Task When_the_database_is_cut_off_around_the_commit_people_are_told_to_come_back_and_the_key_tells_the_truth(
        Fault fault, bool commits)
    {
        await using var fleet = await Fleet.On(postgres, Ct);
        var balie = await fleet.StartBehindProxy(Ct);
        var show = await Fleet.OnSale(balie, capacity: 1_000, Ct);
        await new Visitor(show, "eerste").Insist(() => balie.Http, Ct);
        var people = Visitor.Crowd(show, People);
        var unlucky = people[People / 2];

        var struck = fleet.Proxy.Lurk(unlucky.Email, fault);
        var rush = people.Insist(() => balie.Http, Rush, new Random(3), Ct);
        await struck;
        if (commits)
        {
            await UntilBooked(fleet, show, unlucky);
            fleet.Proxy.Strike(Fault.Reset);
        }
        await rush;

        var first = unlucky.Answers[0];
        Report.Say($"Cut off ({fault}): {first}");
        Assert.True(first.IsUnavailable && first.RetryAfter, first.ToString());
        Assert.Equal(commits, unlucky.Answers.First(told => told.Booked).Replayed);
        await people.GotExactlyOneBookingEach(balie, fleet, show, Ct);
        await fleet.IsSound(show, Ct);
    }

    [Fact]
    public async Task Killed_at_any_moment_nothing_is_lost_and_nothing_doubled()
    {
        var wanted = Environment.GetEnvironmentVariable("BALIE_FAULT_SEED");
        var seed = int.TryParse(wanted, CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount;
        await using var fleet = await Fleet.On(postgres, Ct);
        var balie = await fleet.Start(Ct);
        var show = await Fleet.OnSale(balie, capacity: 5_000, Ct);
        for (var round = 0; round < Rounds; round++, seed++)
        {
            var random = new Random(seed);
            var people = Visitor.Crowd(show, People, $"ronde{round}.");
            var current = balie;
            var rush = people.Insist(() => balie.Http, Rush, random, Ct);
            await Task.Delay(Rush * random.NextDouble(), Ct);

            await current.Kill();
            await fleet.Truth.UntilQuiet(Ct);
            var torn = await fleet.Truth.Torn(show, Ct);
            balie = await fleet.Start(Ct);
            await rush;

            Report.Say($"Seed {seed}: {people.Count(visitor => visitor.Answers[0].Booked)} of {People} were answered before the end");
            Assert.Empty(torn);
            await people.GotExactlyOneBookingEach(balie, fleet, show, Ct);
        }
        Assert.Equal(Rounds * People, (await fleet.Truth.Count(show, Ct)).Sold);
        await fleet.IsSound(show, Ct);
    }

    private static Task UntilBooked(Fleet fleet, Show show, Visitor visitor) =>
        Truth.Until(async () => (await fleet.Truth.Bookings(show, Ct)).Contains(visitor.Email), "the booking is committed", Ct);

    private static Task UntilNobodyWaits(Fleet fleet) =>
        Truth.Until(async () => await fleet.Truth.Ask<long>("select count(*) from pg_locks where not granted", null, Ct) == 0,
            "nobody waits for the rival", Ct);
}
