using System.Globalization;

namespace Balie.FaultTests.Refunds;

/// <summary>
/// An event is called off and the process that gives everybody their money back is killed in its middle, again and again: before the commit
/// of a batch, between the bank's answer and our books, and whenever it pleases. Locks of a rival make these points, from outside.
/// </summary>
[Collection<CruelPostgres>]
public sealed class RefundRunTests(PrivatePostgres postgres)
{
    private const int Rounds = 2;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(200);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_in_its_middle_again_and_again_everybody_is_paid_back_exactly_once()
    {
        await using var fleet = await Fleet.On(postgres, Ct);
        var balie = await fleet.Start(Ct, CalledOff.Slowly);
        const int Orders = 120;
        var off = await CalledOff.Sold(fleet, balie, Orders);
        await off.Cancel(balie);
        await off.Until(async () => (await off.Stand()).Decided > 0, "some are decided");

        Stand before;
        await using (var rival = await Rival.Open(fleet.Truth))
        {
            await rival.Run("lock table orders.counters in exclusive mode");
            before = await off.Stand();
            await rival.UntilSomeoneWaits();
            await off.Kill(balie, rival);
        }
        var stand = await off.Stand();
        Assert.InRange(stand.Decided, 1, stand.Orders - 1);
        Assert.Equal(before.Decided, stand.Decided);
        Report.Say($"Killed before a commit: {stand}");

        stand = await KillBetweenBankAndBooks(fleet, off);
        Report.Say($"Killed with money gone that nobody had written down: {stand}");

        var wanted = Environment.GetEnvironmentVariable("BALIE_FAULT_SEED");
        var seed = int.TryParse(wanted, CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            balie = await fleet.Start(Ct, CalledOff.Slowly);
            await off.Until(async () => (await off.Stand()).Paid is var paid && (paid > stand.Paid || paid == Orders), "more is paid");
            await Task.Delay(LongestDelay * random.NextDouble(), Ct);
            await off.Kill(balie);
            stand = await off.Stand();
            Report.Say($"Seed {seed}: killed at {stand}");
        }
        await fleet.Start(Ct);
        await off.UntilDone();

        Assert.Empty(await off.Wrong());
        var (exit, output) = await fleet.Verify(Ct);
        Assert.True(exit == 0, output);
    }

    [Fact]
    public async Task Were_the_bank_to_forget_under_which_keys_it_paid_these_tests_would_find_it()
    {
        await using var fleet = await Fleet.On(postgres, Ct);
        var balie = await fleet.Start(Ct);
        var off = await CalledOff.Sold(fleet, balie, orders: 12);
        await off.Cancel(balie);
        await off.Kill(balie);
        var stand = await KillBetweenBankAndBooks(fleet, off);

        await fleet.Truth.Do("delete from payments.sandbox_answers", null, Ct);
        await fleet.Start(Ct);
        await off.UntilDone();

        Assert.Equal(stand.Unknown, (await off.Wrong()).Count(wrong => wrong.EndsWith("refunds failed", StringComparison.Ordinal)));
    }

    /// <summary>A process whose payments come back from the bank and get stuck on the way into our books, killed there.</summary>
    private static async Task<Stand> KillBetweenBankAndBooks(Fleet fleet, CalledOff off)
    {
        await using var rival = await Rival.Open(fleet.Truth);
        await rival.Run("lock table payments.attempt_log in exclusive mode");
        var balie = await fleet.Start(Ct, CalledOff.Slowly);
        await off.Until(async () => (await off.Stand()).Unknown > 0, "the bank has paid what nobody knows of");
        await rival.UntilSomeoneWaits();
        await off.Kill(balie, rival);
        var stand = await off.Stand();
        Assert.InRange(stand.Unknown, 1, stand.Orders);
        return stand;
    }
}
