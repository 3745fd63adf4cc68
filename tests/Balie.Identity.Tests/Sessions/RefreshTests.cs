using System.Net;
using Balie.Identity.Sessions;

namespace Balie.Identity.Tests.Sessions;

public sealed class RefreshTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<HttpResponseMessage> Refresh(HttpClient client, string token) =>
        client.Post("/api/v1/auth/refresh", new RefreshSession.Asked(token), Ct);

    private static async Task<HttpStatusCode> Me(HttpClient client, string accessToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/auth/me");
        request.Headers.Authorization = new("Bearer", accessToken);
        return (await client.SendAsync(request, Ct)).StatusCode;
    }

    [Fact]
    public async Task A_refresh_token_gives_a_new_pair()
    {
        using var client = app.Client();
        var first = await app.LogIn(await app.Account(Ct), Ct, client);
        app.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(HttpStatusCode.Unauthorized, await Me(client, first.AccessToken));

        var second = await (await Refresh(client, first.RefreshToken)).IsOk<SignedIn>(Ct);

        Assert.NotEqual(first.RefreshToken, second.RefreshToken);
        Assert.Equal(first.User, second.User);
        Assert.Equal(HttpStatusCode.OK, await Me(client, second.AccessToken));
    }

    [Fact]
    public async Task A_token_that_was_used_before_ends_the_whole_session_and_is_audited()
    {
        using var client = app.Client();
        var first = await app.LogIn(await app.Account(Ct), Ct, client);
        var second = await (await Refresh(client, first.RefreshToken)).IsOk<SignedIn>(Ct);
        app.Clock.Advance(TimeSpan.FromSeconds(11));

        await (await Refresh(client, first.RefreshToken)).IsRefused(HttpStatusCode.Unauthorized, "identity.refresh_refused", Ct);

        await (await Refresh(client, second.RefreshToken)).IsRefused(HttpStatusCode.Unauthorized, "identity.refresh_refused", Ct);
        await IdentityApp.Soon(async () => await Me(client, second.AccessToken) == HttpStatusCode.Unauthorized, Ct);
        Assert.Equal(1, await app.SystemDb.Everywhere.One<long>(
            "select count(*) from identity.audit where action = 'session.reuse_detected' and subject = @Id", first.User, Ct));
    }

    [Fact]
    public async Task A_thief_elsewhere_is_no_twin_even_in_the_same_second()
    {
        using var client = app.Client();
        using var thief = app.Client(agent: "thief/1.0");
        var first = await app.LogIn(await app.Account(Ct), Ct, client);
        var second = await (await Refresh(client, first.RefreshToken)).IsOk<SignedIn>(Ct);

        await (await Refresh(thief, first.RefreshToken)).IsRefused(HttpStatusCode.Unauthorized, "identity.refresh_refused", Ct);
        await (await Refresh(client, second.RefreshToken)).IsRefused(HttpStatusCode.Unauthorized, "identity.refresh_refused", Ct);
    }

    [Fact]
    public async Task Fifty_tabs_that_refresh_at_once_all_get_the_same_successor_and_nobody_is_logged_out()
    {
        using var client = app.Client();
        var first = await app.LogIn(await app.Account(Ct), Ct, client);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Refresh(client, first.RefreshToken)));
        var pairs = await Task.WhenAll(answers.Select(answer => answer.IsOk<SignedIn>(Ct)));

        Assert.Single(pairs.Select(pair => pair.RefreshToken).Distinct());
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await (await Refresh(client, pairs[0].RefreshToken)).IsOk<SignedIn>(Ct);
    }

    [Fact]
    public async Task A_refresh_token_lapses_after_seven_days()
    {
        using var client = app.Client();
        var first = await app.LogIn(await app.Account(Ct), Ct, client);

        app.Clock.Advance(TimeSpan.FromDays(7));

        await (await Refresh(client, first.RefreshToken)).IsRefused(HttpStatusCode.Unauthorized, "identity.refresh_refused", Ct);
    }

    [Fact]
    public async Task However_often_it_is_refreshed_a_session_ends_after_thirty_days()
    {
        using var client = app.Client();
        var pair = await app.LogIn(await app.Account(Ct), Ct, client);
        for (var day = 6; day < 30; day += 6)
        {
            app.Clock.Advance(TimeSpan.FromDays(6));
            pair = await (await Refresh(client, pair.RefreshToken)).IsOk<SignedIn>(Ct);
        }
        Assert.Equal(TimeSpan.FromDays(6).TotalSeconds, pair.RefreshExpiresIn);

        app.Clock.Advance(TimeSpan.FromDays(6));

        await (await Refresh(client, pair.RefreshToken)).IsRefused(HttpStatusCode.Unauthorized, "identity.refresh_refused", Ct);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("not base64 at all!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_is_no_refresh_token_is_refused(string token)
    {
        await app.Owner(Ct);
        await (await Refresh(app.Client(), token)).IsRefused(HttpStatusCode.Unauthorized, "identity.refresh_refused", Ct);
    }
}
