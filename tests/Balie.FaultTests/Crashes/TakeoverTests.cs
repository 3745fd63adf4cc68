using System.Diagnostics;

namespace Balie.FaultTests.Crashes;

/// <summary>A process that is asked to stop while another takes over, as at every release.</summary>
[Collection<CruelPostgres>]
public sealed class TakeoverTests(PrivatePostgres postgres)
{
    private const int Enough = 100;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Asked_to_stop_under_load_it_finishes_what_it_began_and_the_other_takes_the_rest()
    {
        await using var fleet = await Fleet.On(postgres, Ct);
        var old = await fleet.Start(Ct);
        var show = await Fleet.OnSale(old, capacity: 50_000, Ct);
        BalieProcess[] behind = [old];
        var turn = 0;
        // A load balancer that goes round and does not yet know who is stopping.
        await using var traffic = Traffic.To(show, () => behind[Interlocked.Increment(ref turn) % behind.Length].Http, Ct);
        await traffic.Flows(0, Enough, Ct);

        var next = await fleet.Start(Ct);
        behind = [old, next];
        await traffic.Flows(Stopwatch.GetTimestamp(), Enough, Ct);
        var asked = Stopwatch.GetTimestamp();
        var exit = await old.Stop(Ct);
        var took = Stopwatch.GetElapsedTime(asked);
        await traffic.Flows(Stopwatch.GetTimestamp(), Enough, Ct);
        await traffic.Stop();

        Assert.Equal(0, exit);
        Assert.All(traffic.Told, told => Assert.True(told.Booked || told.ComeBack, told.ToString()));
        var turnedAway = traffic.Told.Where(told => told.ComeBack)
            .GroupBy(told => $"{told.Status} {told.Code}")
            .Select(group => $"{group.Count()} × {group.Key}");
        Report.Say($"Stopped in {took.TotalSeconds:0.00} s; of {traffic.Told.Count} answers: {string.Join(", ", turnedAway)}");
        await traffic.Visitors.GotExactlyOneBookingEach(next, fleet, show, Ct);
        await fleet.IsSound(show, Ct);
    }
}
