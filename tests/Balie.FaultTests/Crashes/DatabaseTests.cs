using System.Diagnostics;
using System.Net;
using Npgsql;

namespace Balie.FaultTests.Crashes;

/// <summary>The database dies, stumbles or hangs while people book: they are told to come back, and the process needs no restart.</summary>
[Collection<CruelPostgres>]
public sealed class DatabaseTests(PrivatePostgres postgres)
{
    private const int Enough = 50;
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(2);

    // Longer than everything the program waits for, one after another: a connection, a statement, a lock.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(12);

    // On a quiet machine it is milliseconds. While the database hangs, Npgsql blocks a thread for each command that it cancels.
    private static readonly TimeSpan LongestHealth = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestReturn = TimeSpan.FromSeconds(15);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_and_started_again_it_is_found_again_and_has_lost_no_promise()
    {
        await using var fleet = await Fleet.On(postgres, Ct);
        var balie = await fleet.Start(Ct);
        var show = await Fleet.OnSale(balie, capacity: 50_000, Ct);
        await using var traffic = Traffic.To(show, balie, Ct);
        await traffic.Flows(0, Enough, Ct);

        var killed = Stopwatch.GetTimestamp();
        postgres.Kill();
        await Task.Delay(Outage, Ct);
        var beforeRevival = Stopwatch.GetTimestamp();
        await postgres.Revive(Ct);
        var revived = Stopwatch.GetTimestamp();
        await Returns(traffic, revived, "after it was killed");
        await traffic.Stop();

        SaidComeBack(traffic, killed, beforeRevival, atMost: TimeSpan.FromSeconds(5));
        Assert.Contains(traffic.Looks, look => look is { Path: "/ready", Status: HttpStatusCode.ServiceUnavailable });
        await traffic.Visitors.GotExactlyOneBookingEach(balie, fleet, show, Ct);
        await fleet.IsSound(show, Ct);
    }

    [Fact]
    public async Task When_one_session_is_killed_and_all_others_with_it_people_come_back()
    {
        await using var fleet = await Fleet.On(postgres, Ct);
        var balie = await fleet.Start(Ct);
        var show = await Fleet.OnSale(balie, capacity: 50_000, Ct);
        await using var traffic = Traffic.To(show, balie, Ct);
        await traffic.Flows(0, Enough, Ct);

        var killed = Stopwatch.GetTimestamp();
        postgres.KillOneSession();
        await Truth.Until(() => Task.FromResult(traffic.Told.Any(told => told.IsUnavailable)), "somebody was told to come back", Ct);
        await Truth.Until(() => Accepts(fleet), "the database accepts connections again", Ct, seconds: 30);
        await Returns(traffic, Stopwatch.GetTimestamp(), "after a session was killed");
        await traffic.Stop();

        SaidComeBack(traffic, killed, Stopwatch.GetTimestamp(), LongestWait);
        await traffic.Visitors.GotExactlyOneBookingEach(balie, fleet, show, Ct);
        await fleet.IsSound(show, Ct);
    }

    [Fact]
    public async Task While_it_hangs_nobody_waits_for_ever_and_health_is_quick()
    {
        await using var fleet = await Fleet.On(postgres, Ct);
        var balie = await fleet.Start(Ct);
        var show = await Fleet.OnSale(balie, capacity: 50_000, Ct);
        await using var traffic = Traffic.To(show, balie, Ct);
        await traffic.Flows(0, Enough, Ct);

        var paused = Stopwatch.GetTimestamp();
        postgres.Pause();
        long resumed;
        try
        {
            await Task.Delay(LongestWait + Outage, Ct);
        }
        finally
        {
            resumed = Stopwatch.GetTimestamp();
            postgres.Resume();
        }
        await Returns(traffic, resumed, "after it hung");
        await traffic.Stop();

        SaidComeBack(traffic, paused, resumed, LongestWait);
        Assert.Contains(traffic.Looks, look => look is { Path: "/ready", Status: HttpStatusCode.ServiceUnavailable });
        await traffic.Visitors.GotExactlyOneBookingEach(balie, fleet, show, Ct);
        await fleet.IsSound(show, Ct);
    }

    private static async Task<bool> Accepts(Fleet fleet)
    {
        try
        {
            return await fleet.Truth.Ask<int>("select 1", null, Ct) == 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task Returns(Traffic traffic, long since, string after)
    {
        await traffic.Flows(since, 1, Ct);
        var gap = traffic.Told.Where(told => told.Booked && told.BeganAt > since)
            .Min(told => Stopwatch.GetElapsedTime(since, told.BeganAt) + told.Took);
        Report.Say($"Bookings {after}: the first confirmed {gap.TotalSeconds:0.00} s later");
        Assert.True(gap < LongestReturn, $"{gap.TotalSeconds:0.0} s");
        await traffic.Flows(since, Enough, Ct);
    }

    private static void SaidComeBack(Traffic traffic, long from, long until, TimeSpan atMost)
    {
        Assert.All(traffic.Told, told => Assert.True(told.Booked || (told.ComeBack && told.RetryAfter), told.ToString()));
        var meanwhile = traffic.Told.Where(told => told.BeganAt > from && told.BeganAt < until && told.IsUnavailable).ToArray();
        Assert.NotEmpty(meanwhile);
        var slowest = meanwhile.Max(told => told.Took).TotalSeconds;
        var health = traffic.Looks.Where(look => look.Path == "/health").ToArray();
        var slowestHealth = health.Max(look => look.Took).TotalMilliseconds;
        Report.Say($"{meanwhile.Length} told 503, the slowest after {slowest:0.00} s; health took at most {slowestHealth:0} ms");
        Assert.All(health, look => Assert.Equal(HttpStatusCode.OK, look.Status));
        Assert.All(health, look => Assert.True(look.Took < LongestHealth, $"/health took {look.Took}"));
        Assert.True(traffic.Told.Max(told => told.Took) < atMost, $"Somebody waited for {traffic.Told.MaxBy(told => told.Took)}");
    }
}
