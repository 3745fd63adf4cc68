using System.Text.Json;

namespace Balie.FaultTests.Clocks;

/// <summary>
/// The clock of the machine jumps while places are held. Whether a hold has ended is the database's to judge, so nothing ends early,
/// nothing lives longer, and what was confirmed stays.
/// </summary>
[Collection<CruelPostgres>]
public sealed class ClockJumpTests(PrivatePostgres postgres) : IDisposable
{
    private static readonly TimeSpan FarEnough = TimeSpan.FromMinutes(50);
    private static readonly TimeSpan LastsFor = TimeSpan.FromSeconds(4);

    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // The library reads this file at every look at the clock; PostgreSQL is not started with it.
    private string ClockFile => _folder["clock"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Holds_end_when_the_database_says_so_whatever_the_clock_of_the_process_does()
    {
        await File.WriteAllTextAsync(ClockFile, "+0", Ct);
        await using var fleet = await Fleet.On(postgres, Ct);
        var balie = await fleet.Start(Ct, new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = Library(),
            ["FAKETIME_TIMESTAMP_FILE"] = ClockFile,
            ["FAKETIME_NO_CACHE"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            ["DONT_FAKE_MONOTONIC"] = "1",
        });
        using var owner = await Fleet.SignIn(balie, Ct);
        var show = await Fleet.OnSale(owner, capacity: 2, Ct, priceMinor: 1_250);
        var (paid, waiting) = (new Visitor(show, "betaald"), new Visitor(show, "wachtend"));
        foreach (var visitor in (Visitor[])[paid, waiting]) Assert.True((await visitor.Ask(balie.Http, Ct)).Booked);
        await (await owner.Put($"/api/v1/bookings/{paid.Promised}/confirmation", new { }, Ct)).IsOk<JsonElement>(Ct);
        var endsAt = await EndOf(fleet, waiting);

        await Jump(balie, "+1h", TimeSpan.FromHours(1));
        await StandsAsItDid("an hour later");
        await Jump(balie, "-2h", TimeSpan.FromHours(-2));
        await StandsAsItDid("two hours earlier");

        // The hold's end comes nearer by the database's clock, while the process's clock is far behind: it ends all the same.
        await fleet.Truth.Do("""
            with sooner as (update ticketing.bookings set expires_at = clock_timestamp() + @LastsFor where booking_id = @Promised)
            update inventory.claims set expires_at = clock_timestamp() + @LastsFor where holder = @Promised
            """, new { waiting.Promised, LastsFor }, Ct);
        Assert.Equal("ticketing.sold_out", (await new Visitor(show, "nog.niet").Ask(balie.Http, Ct)).Code);
        var next = new Visitor(show, "volgende");
        await Truth.Until(async () => (await next.Ask(balie.Http, Ct)).Booked, "the place of the hold that ended is free", Ct);
        Assert.True(await EndOf(fleet, waiting) < await fleet.Truth.Ask<DateTime>("select clock_timestamp()", null, Ct));

        // A long time later nothing is left of any hold, and everything of what was confirmed.
        await Jump(balie, "+1h", TimeSpan.FromHours(1));
        Assert.Equal("ticketing.sold_out", (await new Visitor(show, "te.laat").Ask(balie.Http, Ct)).Code);
        Assert.Equal("confirmed", await StatusOf(balie, paid));
        Assert.Equal("expired", await StatusOf(balie, waiting));
        Assert.Empty((await fleet.Truth.Count(show, Ct)).Objections());
        var (exit, output) = await fleet.Verify(Ct);
        Assert.True(exit == 0, output);

        async Task StandsAsItDid(string when)
        {
            Assert.Equal("ticketing.sold_out", (await new Visitor(show, "ander").Ask(balie.Http, Ct)).Code);
            Assert.True(await StatusOf(balie, waiting) == "pending", when);
            Assert.True(await StatusOf(balie, paid) == "confirmed", when);
            Assert.Equal(endsAt, await EndOf(fleet, waiting));
            Assert.Equal(0, await Fleet.Available(balie, show, Ct));
            Assert.Empty((await fleet.Truth.Count(show, Ct)).Objections());
        }
    }

    // Every answer is dated by the process's own clock, which shows that the jump was one.
    private async Task Jump(BalieProcess balie, string offset, TimeSpan by)
    {
        await File.WriteAllTextAsync(ClockFile + ".new", offset, Ct);
        File.Move(ClockFile + ".new", ClockFile, overwrite: true);
        await Truth.Until(async () =>
        {
            using var answer = await balie.Http.GetAsync(new Uri("/health", UriKind.Relative), Ct);
            var moved = answer.Headers.Date - DateTimeOffset.UtcNow;
            return by > TimeSpan.Zero ? moved > FarEnough : moved < -FarEnough;
        }, $"the clock of the process jumped by {by}", Ct);
    }

    private static async Task<string?> StatusOf(BalieProcess balie, Visitor visitor)
    {
        var seen = await balie.Http.GetAsync(new Uri($"/api/v1/bookings/{visitor.Promised}?email={visitor.Email}", UriKind.Relative), Ct);
        return (await seen.IsOk<JsonElement>(Ct)).GetProperty("status").GetString();
    }

    private static Task<DateTime> EndOf(Fleet fleet, Visitor visitor) =>
        fleet.Truth.Ask<DateTime>("select expires_at from ticketing.bookings where booking_id = @Promised", new { visitor.Promised }, Ct);

    private static string Library() =>
        Directory.EnumerateDirectories("/usr/lib")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("This test needs libfaketime: ./test installs it, or apt-get install libfaketime.");
}
