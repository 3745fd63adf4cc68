using System.Net;
using Balie.Identity.Passwords;
using Balie.Identity.SignIn;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Identity.Tests.SignIn;

public sealed class PasswordTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private const string Another = "achttien gele giraffen";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Task<HttpResponseMessage> Forget(string email) => app.Client().Post("/api/v1/auth/forgot", new ForgetPassword.Asked(email), Ct);

    private Task<HttpResponseMessage> Reset(string email, string code, string password = Another) =>
        app.Client().Post("/api/v1/auth/reset", new ResetPassword.Asked(email, code, password), Ct);

    [Fact]
    public async Task A_forgotten_password_is_replaced_by_mail_and_every_session_ends()
    {
        var email = await app.Account(Ct);
        using var before = await app.SignedIn(email, Ct);
        await before.GetAsync("/api/v1/auth/me", Ct);

        Assert.Equal(HttpStatusCode.OK, (await Forget(email)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Reset(email, await app.CodeMailed(email, Ct))).StatusCode);

        await IdentityApp.Soon(
            async () => (await before.GetAsync("/api/v1/auth/me", Ct)).StatusCode == HttpStatusCode.Unauthorized, Ct);
        await app.LogIn(email, Ct, password: Another);
        await (await app.Client().Post("/api/v1/auth/login", new LogIn.Asked(email, IdentityApp.Password), Ct))
            .IsRefused(HttpStatusCode.Unauthorized, "identity.credentials_wrong", Ct);
    }

    [Fact]
    public async Task Forgetting_says_the_same_for_an_address_without_an_account()
    {
        var email = await app.Account(Ct);

        var known = await (await Forget(email)).Content.ReadAsStringAsync(Ct);
        var unknown = await (await Forget("nobody@example.org")).Content.ReadAsStringAsync(Ct);

        Assert.Equal(known, unknown);
        await app.Mail(email, Ct);
        Assert.Empty(app.Mails("nobody@example.org"));
    }

    [Fact]
    public async Task A_code_for_one_account_or_purpose_is_none_for_another()
    {
        var (mine, theirs) = (await app.Account(Ct), await app.Account(Ct));
        await Forget(mine);
        var code = await app.CodeMailed(mine, Ct);

        await (await Reset(theirs, code)).IsRefused(HttpStatusCode.UnprocessableEntity, "identity.code_wrong", Ct);
        await (await app.Client().Post("/api/v1/auth/verify", new VerifyEmail.Asked(mine, code), Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "identity.code_wrong", Ct);
        Assert.Equal(HttpStatusCode.OK, (await Reset(mine, code)).StatusCode);
        await (await Reset(mine, code)).IsRefused(HttpStatusCode.UnprocessableEntity, "identity.code_wrong", Ct);
    }

    [Fact]
    public async Task Changing_the_password_signs_out_everywhere_else()
    {
        var email = await app.Account(Ct);
        using var here = await app.SignedIn(email, Ct);
        using var elsewhere = await app.SignedIn(email, Ct);
        await elsewhere.GetAsync("/api/v1/auth/me", Ct);

        Assert.Equal(HttpStatusCode.OK, (
            await here.Post("/api/v1/auth/password", new ChangePassword.Asked(IdentityApp.Password, Another), Ct)).StatusCode);

        await IdentityApp.Soon(
            async () => (await elsewhere.GetAsync("/api/v1/auth/me", Ct)).StatusCode == HttpStatusCode.Unauthorized, Ct);
        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/api/v1/auth/me", Ct)).StatusCode);
        await app.LogIn(email, Ct, password: Another);
    }

    [Fact]
    public async Task Changing_the_password_takes_the_current_one()
    {
        using var here = await app.SignedIn(await app.Account(Ct), Ct);

        await (await here.Post("/api/v1/auth/password", new ChangePassword.Asked("not the password", Another), Ct))
            .IsRefused(HttpStatusCode.Forbidden, "identity.password_wrong", Ct);
        await (await app.Client().Post("/api/v1/auth/password", new ChangePassword.Asked(IdentityApp.Password, Another), Ct))
            .IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct);
    }

    [Fact]
    public async Task A_flood_of_logins_fills_a_short_queue_and_the_rest_is_sent_away_at_once()
    {
        // Of a thousand strangers at once, one is served at a time and 32 wait; nobody waits for minutes.
        await app.Owner(Ct);
        using var slow = new Hashing(
            Microsoft.Extensions.Options.Options.Create(new IdentityOptions { HashIterations = 10_000 }),
            app.Services.GetRequiredService<PasswordMeter>());

        var checks = Enumerable.Range(0, 1_000).Select(_ => slow.Check(null, "not the password", Ct)).ToArray();
        var outcomes = await Task.WhenAll(checks);

        Assert.InRange(outcomes.Count(outcome => outcome.Ok), 32, 500);
        var busy = outcomes.First(outcome => !outcome.Ok).Refusal;
        Assert.Equal(("identity.busy", 429), (busy?.Code, busy?.Status));
        Assert.NotNull(busy?.RetryAfter);
    }
}
