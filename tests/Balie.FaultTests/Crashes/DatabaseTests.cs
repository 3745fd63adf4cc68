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

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_and_started_again_it_is_found_again_and_has_lost_no_promise()
    {
        await using var sale = await Sale.Begin(postgres);

        var killed = Stopwatch.GetTimestamp();
        postgres.Kill();
        await Task.Delay(Outage, Ct);
        await sale.SomebodyIsToldToComeBack();
        await sale.IsNotReady(killed);
        await postgres.Revive(Ct);
        var revived = Stopwatch.GetTimestamp();

        await sale.GoesOn(revived, "after it was killed");
        await sale.EndsWell(killed, revived);
    }

    [Fact]
    public async Task When_one_session_is_killed_and_all_others_with_it_people_come_back()
    {
        await using var sale = await Sale.Begin(postgres);

        var killed = Stopwatch.GetTimestamp();
        postgres.KillOneSession();
        await sale.SomebodyIsToldToComeBack();
        await sale.DatabaseAcceptsAgain();
        var accepts = Stopwatch.GetTimestamp();

        await sale.GoesOn(accepts, "after a session was killed");
        await sale.EndsWell(killed, accepts);
    }

    [Fact]
    public async Task While_it_hangs_people_are_told_to_come_back_and_the_process_is_alive()
    {
        await using var sale = await Sale.Begin(postgres);

        var paused = Stopwatch.GetTimestamp();
        postgres.Pause();
        try
        {
            // All who came, and again all who came after them: nobody waits for the database itself.
            await sale.SomebodyIsToldToComeBack(times: 2 * Traffic.AtOnce);
            await sale.IsNotReady(paused);
        }
        finally
        {
            postgres.Resume();
        }
        var resumed = Stopwatch.GetTimestamp();

        await sale.GoesOn(resumed, "after it hung");
        await sale.EndsWell(paused, resumed);
    }

    /// <summary>A process that sells while people keep coming.</summary>
    private sealed class Sale(Fleet fleet, BalieProcess balie, Show show) : IAsyncDisposable
    {
        private readonly Traffic _traffic = Traffic.To(show, balie, Ct);

        public static async Task<Sale> Begin(PrivatePostgres postgres)
        {
            var fleet = await Fleet.On(postgres, Ct);
            var balie = await fleet.Start(Ct);
            var sale = new Sale(fleet, balie, await Fleet.OnSale(balie, capacity: 50_000, Ct));
            await sale._traffic.Flows(0, Enough, Ct);
            return sale;
        }

        public Task SomebodyIsToldToComeBack(int times = 1) => Truth.Until(
            () => Task.FromResult(_traffic.Told.Count(told => told.IsUnavailable) >= times),
            $"{times} were told to come back", Ct, seconds: 60);

        public Task IsNotReady(long since) => Truth.Until(
            () => Task.FromResult(_traffic.Looks.Any(
                look => look is { Path: "/ready", Status: HttpStatusCode.ServiceUnavailable } && look.BeganAt > since)),
            "/ready says no", Ct, seconds: 30);

        public Task DatabaseAcceptsAgain() => Truth.Until(async () =>
        {
            try { return await fleet.Truth.Ask<int>("select 1", null, Ct) == 1; }
            catch (NpgsqlException) { return false; }
        }, "the database accepts connections again", Ct, seconds: 30);

        public async Task GoesOn(long since, string after)
        {
            await _traffic.Flows(since, Enough, Ct, seconds: 60);
            var gap = _traffic.Told.Where(told => told.Booked && told.BeganAt > since)
                .Min(told => Stopwatch.GetElapsedTime(since, told.BeganAt) + told.Took);
            Report.Say($"Bookings {after}: the first confirmed {gap.TotalSeconds:0.00} s later");
        }

        /// <summary>Whoever was not served was told when to come back, came back, and has exactly one booking.</summary>
        public async Task EndsWell(long from, long until)
        {
            await _traffic.Stop();
            Assert.All(_traffic.Told, told => Assert.True(told.Booked || (told.ComeBack && told.RetryAfter), told.ToString()));
            var meanwhile = _traffic.Told.Where(told => told.BeganAt > from && told.BeganAt < until && told.IsUnavailable).ToArray();
            Assert.NotEmpty(meanwhile);
            var health = _traffic.Looks.Where(look => look.Path == "/health").ToArray();
            Assert.All(health, look => Assert.Equal(HttpStatusCode.OK, look.Status));
            Assert.Contains(health, look => look.BeganAt > from && look.BeganAt < until);
            var slowest = meanwhile.Max(told => told.Took).TotalSeconds;
            var slowestHealth = health.Max(look => look.Took).TotalMilliseconds;
            Report.Say($"{meanwhile.Length} told 503, the slowest after {slowest:0.00} s; health took at most {slowestHealth:0} ms");
            await _traffic.Visitors.GotExactlyOneBookingEach(balie, fleet, show, Ct);
            await fleet.IsSound(show, Ct);
        }

        public async ValueTask DisposeAsync()
        {
            await _traffic.DisposeAsync();
            await fleet.DisposeAsync();
        }
    }
}
