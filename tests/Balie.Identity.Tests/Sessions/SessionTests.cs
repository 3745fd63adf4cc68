using System.Net;
using Balie.Identity.Sessions;

namespace Balie.Identity.Tests.Sessions;

public sealed class SessionTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<HttpResponseMessage> Me(HttpClient client) => client.GetAsync("/api/v1/auth/me", Ct);

    private static async Task<ListSessions.SessionView[]> List(HttpClient client) =>
        await (await client.GetAsync("/api/v1/auth/sessions", Ct)).IsOk<ListSessions.SessionView[]>(Ct);

    [Fact]
    public async Task A_person_sees_where_they_are_signed_in()
    {
        var email = await app.Account(Ct);
        using var first = await app.SignedIn(email, Ct);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        using var second = await app.SignedIn(email, Ct);

        var sessions = await List(second);

        Assert.Equal([true, false], sessions.Select(session => session.Current));
        Assert.All(sessions, session => Assert.Equal("tests/1.0", session.Client));
    }

    [Fact]
    public async Task A_session_that_was_ended_is_soon_refused_by_another_process()
    {
        var email = await app.Account(Ct);
        using var here = await app.SignedIn(email, Ct);
        using var lost = await app.SignedIn(email, Ct);
        await using var other = await app.StartAnother();
        await IdentityApp.Hearing(other.Services, Ct);
        using var lostElsewhere = app.Client(process: other.Services);
        lostElsewhere.DefaultRequestHeaders.Authorization = lost.DefaultRequestHeaders.Authorization;
        Assert.Equal(HttpStatusCode.OK, (await Me(lostElsewhere)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Me(lostElsewhere)).StatusCode);

        var sessionId = (await List(lost)).Single(session => session.Current).Id;
        Assert.Equal(HttpStatusCode.OK, (await here.DeleteAsync($"/api/v1/auth/sessions/{sessionId}", Ct)).StatusCode);

        await IdentityApp.Soon(async () => (await Me(lostElsewhere)).StatusCode == HttpStatusCode.Unauthorized, Ct);
        await (await Me(lostElsewhere)).IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct);
        Assert.Equal(HttpStatusCode.OK, (await Me(here)).StatusCode);
    }

    [Fact]
    public async Task Nobody_can_end_the_session_of_somebody_else()
    {
        using var mine = await app.SignedIn(await app.Account(Ct), Ct);
        using var theirs = await app.SignedIn(await app.Account(Ct), Ct);
        var sessionId = (await List(theirs)).Single().Id;

        await (await mine.DeleteAsync($"/api/v1/auth/sessions/{sessionId}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "identity.session_not_found", Ct);
        Assert.Equal(HttpStatusCode.OK, (await Me(theirs)).StatusCode);
    }

    [Fact]
    public async Task Ending_all_others_leaves_this_one()
    {
        var email = await app.Account(Ct);
        using var here = await app.SignedIn(email, Ct);
        using var there = await app.SignedIn(email, Ct);
        using var elsewhere = await app.SignedIn(email, Ct);

        var ended = await (await here.DeleteAsync("/api/v1/auth/sessions", Ct)).IsOk<EndOtherSessions.Ended>(Ct);

        Assert.Equal(2, ended.Sessions);
        await IdentityApp.Soon(async () => (await Me(there)).StatusCode == HttpStatusCode.Unauthorized, Ct);
        await IdentityApp.Soon(async () => (await Me(elsewhere)).StatusCode == HttpStatusCode.Unauthorized, Ct);
        Assert.Single(await List(here));
    }

    [Fact]
    public async Task Logging_out_ends_the_session_and_its_refresh_token()
    {
        var email = await app.Account(Ct);
        var tokens = await app.LogIn(email, Ct);
        using var client = app.Client();
        client.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        await Me(client);

        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("/api/v1/auth/logout", null, Ct)).StatusCode);

        await IdentityApp.Soon(async () => (await Me(client)).StatusCode == HttpStatusCode.Unauthorized, Ct);
        await (await app.Client().Post("/api/v1/auth/refresh", new RefreshSession.Asked(tokens.RefreshToken), Ct))
            .IsRefused(HttpStatusCode.Unauthorized, "identity.refresh_refused", Ct);
    }

    [Fact]
    public async Task A_refresh_token_alone_can_log_out_too()
    {
        var tokens = await app.LogIn(await app.Account(Ct), Ct);

        Assert.Equal(
            HttpStatusCode.OK, (await app.Client().Post("/api/v1/auth/logout", new LogOut.Asked(tokens.RefreshToken), Ct)).StatusCode);

        using var client = app.Client();
        client.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        await IdentityApp.Soon(async () => (await Me(client)).StatusCode == HttpStatusCode.Unauthorized, Ct);
    }

    [Fact]
    public async Task While_nobody_hears_signals_every_request_asks_the_database()
    {
        var email = await app.Account(Ct);
        using var client = await app.SignedIn(email, Ct);
        await using var deaf = await app.StartAnother();
        await IdentityApp.Hearing(deaf.Services, Ct);
        using var there = app.Client(process: deaf.Services);
        there.DefaultRequestHeaders.Authorization = client.DefaultRequestHeaders.Authorization;
        Assert.Equal(HttpStatusCode.OK, (await Me(there)).StatusCode);
        await ((Signals)deaf.Services.GetService(typeof(Signals))!).StopAsync(Ct);

        // Ended behind everybody's back, without news.
        await app.SystemDb.Everywhere.Run(
            """
            update identity.sessions
            set ended_at = @now, ended_because = 'revoked'
            where user_id = (select user_id from identity.users where email = @email)
            """,
            new { email, now = app.Clock.GetUtcNow() }, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, (await Me(there)).StatusCode);
    }
}
