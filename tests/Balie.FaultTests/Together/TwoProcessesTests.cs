using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Balie.FaultTests.Together;

/// <summary>What two processes on one database know of each other.</summary>
[Collection<CruelPostgres>]
public sealed class TwoProcessesTests(PrivatePostgres postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_that_is_revoked_at_one_is_refused_at_the_other()
    {
        await using var fleet = await Fleet.On(postgres, Ct);
        var (here, there) = (await fleet.Start(Ct), await fleet.Start(Ct));
        using var stolen = await Fleet.SignIn(here, Ct);
        using var owner = await Fleet.SignIn(here, Ct);
        Assert.Equal(HttpStatusCode.OK, await MeAt(there, stolen));
        Assert.Equal(HttpStatusCode.OK, await MeAt(there, owner));
        var sessions = await (await stolen.GetAsync(new Uri("/api/v1/auth/sessions", UriKind.Relative), Ct)).IsOk<JsonElement>(Ct);
        var session = sessions.EnumerateArray().Single(one => one.GetProperty("current").GetBoolean()).GetProperty("id").GetGuid();

        using var ended = await owner.DeleteAsync(new Uri($"/api/v1/auth/sessions/{session}", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        var since = Stopwatch.GetTimestamp();
        await Truth.Until(async () => await MeAt(there, stolen) == HttpStatusCode.Unauthorized,
            "the other process refuses", Ct);

        Report.Say($"A revoked session was refused by the other process after {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms");
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAt(here, stolen));
        Assert.Equal(HttpStatusCode.OK, await MeAt(there, owner));
    }

    [Fact]
    public async Task What_one_sells_the_other_knows_and_a_new_one_learns()
    {
        await using var fleet = await Fleet.On(postgres, Ct);
        var (here, there) = (await fleet.Start(Ct), await fleet.Start(Ct));
        var show = await Fleet.OnSale(here, capacity: 100, Ct);
        foreach (var process in (BalieProcess[])[here, there]) Assert.Equal(100, await Fleet.Available(process, show, Ct));

        Assert.True((await new Visitor(show, "gast", quantity: 3).Ask(here.Http, Ct)).Booked);
        var since = Stopwatch.GetTimestamp();
        await Truth.Until(async () => await Fleet.Available(there, show, Ct) == 97, "the other process knows", Ct);
        Report.Say($"A booking was seen by the other process after {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms");

        var crowd = Visitor.Crowd(show, 60);
        await Task.WhenAll(crowd.Select((visitor, i) => visitor.Insist(() => (i % 2 == 0 ? here : there).Http, Ct)));
        foreach (var process in (BalieProcess[])[here, there])
            await Truth.Until(async () => await Fleet.Available(process, show, Ct) == 37, "both know everything", Ct);
        Assert.Equal(0, await here.Stop(Ct));
        var heir = await fleet.Start(Ct);

        Assert.Equal(37, await Fleet.Available(heir, show, Ct));
        await crowd.GotExactlyOneBookingEach(heir, fleet, show, Ct);
        await fleet.IsSound(show, Ct);
    }

    [Fact]
    public async Task Two_requests_that_take_the_same_pools_in_opposite_order_never_block_each_other()
    {
        const int People = 200;
        await using var fleet = await Fleet.On(postgres, Ct);
        var (here, there) = (await fleet.Start(Ct), await fleet.Start(Ct));
        var show = await Fleet.OnSale(here, capacity: 2 * People, Ct, types: ["Vol tarief", "Student", "Kind"]);
        foreach (var process in (BalieProcess[])[here, there]) await Fleet.Available(process, show, Ct);

        var crowd = Enumerable.Range(0, People).Select(number => new Visitor(show, $"gast{number}", items: Items(show, number))).ToArray();
        var told = await Task.WhenAll(crowd.Select((visitor, i) => visitor.Insist(() => (i % 2 == 0 ? here : there).Http, Ct)));

        Assert.All(told, answer => Assert.True(answer.Booked, answer.ToString()));
        Assert.All(crowd, visitor => Assert.Single(visitor.Answers));
        Assert.Equal(0, await fleet.Truth.Ask<long>("select deadlocks from pg_stat_database where datname = current_database()", null, Ct));
        Assert.Empty((await fleet.Truth.Count(show, Ct)).Objections());
        var (exit, output) = await fleet.Verify(Ct);
        Assert.True(exit == 0, output);
    }

    [Fact]
    public async Task A_claim_that_vanishes_behind_their_backs_is_noticed_put_right_and_reported()
    {
        const string DeleteOne = """
            delete from inventory.claims
            where pool_id = @SlotId and unit = (select min(unit) from inventory.claims where pool_id = @SlotId)
            """;
        const string ReadDrift = "select coalesce(max(drifted), 0) from inventory.fold_audits";
        await using var fleet = await Fleet.On(postgres, Ct);
        var balie = await fleet.Start(Ct);
        var show = await Fleet.OnSale(balie, capacity: 100, Ct);
        Assert.True((await new Visitor(show, "gast", quantity: 3).Ask(balie.Http, Ct)).Booked);
        await fleet.IsSound(show, Ct);
        Assert.Equal(97, await Fleet.Available(balie, show, Ct));

        Assert.Equal(1, await fleet.Truth.Do(DeleteOne, new { show.SlotId }, Ct));
        var since = Stopwatch.GetTimestamp();
        await Truth.Until(async () => await Fleet.Available(balie, show, Ct) == 98, "the process knows better", Ct, seconds: 30);
        Report.Say($"A claim that vanished was noticed after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s");

        await Truth.Until(async () => await fleet.Truth.Ask<int>(ReadDrift, null, Ct) == 1, "it is written down", Ct);
        var (exit, output) = await fleet.Verify(Ct);
        Assert.Equal(1, exit);
        Assert.Contains("BROKEN  I1 every process's memory of the pools equals the claims", output, StringComparison.Ordinal);
        var metrics = await balie.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Ct);
        Assert.Contains("balie_inventory_fold_drift_total 1", metrics.Split('\n'));
        Assert.NotEmpty((await fleet.Truth.Count(show, Ct)).Objections());
    }

    private sealed record Item(Guid TicketTypeId, int Quantity);

    // Two of the three types, and so their pools, in any order.
    private static Item[] Items(Show show, int number)
    {
        var types = show.TypeIds.ToArray();
        new Random(number).Shuffle(types);
        return [.. types.Take(2).Select(type => new Item(type, Quantity: 1))];
    }

    private static async Task<HttpStatusCode> MeAt(BalieProcess process, HttpClient who)
    {
        using var ask = new HttpRequestMessage(HttpMethod.Get, new Uri($"{process.Url}/api/v1/auth/me"));
        ask.Headers.Authorization = who.DefaultRequestHeaders.Authorization;
        using var answer = await process.Http.SendAsync(ask, Ct);
        return answer.StatusCode;
    }
}
