using System.Net;
using System.Net.Http.Headers;
using Balie.Identity.Sessions;
using Balie.Identity.SignIn;

namespace Balie.Identity.Tests.SignIn;

public sealed class RegistrationTests(IdentityApp app) : IClassFixture<IdentityApp>, IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await app.Owner(Ct);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string NewAddress() => $"r{Guid.NewGuid():n}@example.org";

    private Task<HttpResponseMessage> Register(
        string email, string password = IdentityApp.Password, string? locale = null, HttpClient? from = null) =>
        (from ?? app.Client()).Post("/api/v1/auth/register", new Register.Asked(email, password, "Jo de Vries", locale), Ct);

    private Task<HttpResponseMessage> Verify(string email, string code) =>
        app.Client().Post("/api/v1/auth/verify", new VerifyEmail.Asked(email, code), Ct);

    [Fact]
    public async Task A_person_registers_confirms_the_mailed_code_and_is_signed_in()
    {
        var email = NewAddress();

        var registered = await (await Register(email)).IsOk<Register.Registered>(HttpStatusCode.Created, Ct);
        var tokens = await (await Verify(email, await app.CodeMailed(email, Ct))).IsOk<SignedIn>(Ct);
        using var client = app.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
        var me = await (await client.GetAsync("/api/v1/auth/me", Ct)).IsOk<SeeMe.Me>(Ct);

        Assert.Equal(email, registered.CodeSentTo);
        Assert.Equal(900, registered.CodeExpiresIn);
        Assert.Equal(("Bearer", 900L, 604_800L), (tokens.TokenType, tokens.ExpiresIn, tokens.RefreshExpiresIn));
        Assert.Equal((email, "Jo de Vries", "customer"), (me.Email, me.Name, me.Role));
        Assert.Empty(me.Permissions);
    }

    [Fact]
    public async Task The_mail_speaks_the_language_of_the_person_and_is_a_proper_message()
    {
        var (dutch, english) = (NewAddress(), NewAddress());
        await Register(dutch, locale: "nl-BE");
        await Register(english, locale: "en");

        var mail = await app.Mail(dutch, Ct);
        Assert.Contains("is uw code", mail, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/plain; charset=utf-8\r\n", mail, StringComparison.Ordinal);
        Assert.Contains("één keer", mail, StringComparison.Ordinal);
        Assert.Contains("is your code", await app.Mail(english, Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_is_blanked_once_sent_and_stands_nowhere_in_clear()
    {
        var email = NewAddress();
        await Register(email);
        var code = await app.CodeMailed(email, Ct);

        await IdentityApp.Soon(async () => await app.SystemDb.Everywhere.One<string>(
            "select state from kernel.mails where recipient = @email", new { email }, Ct) == "sent", Ct);
        Assert.Equal(
            "", await app.SystemDb.Everywhere.One<string>("select body from kernel.mails where recipient = @email", new { email }, Ct));
        Assert.Equal(0, await app.SystemDb.Everywhere.One<long>(
            "select count(*) from kernel.outbox where body::text like '%' || @code || '%'", new { code }, Ct));
        Assert.Equal(0, await app.SystemDb.Everywhere.One<long>(
            "select count(*) from identity.codes where encode(code_hash, 'escape') like '%' || @code || '%'", new { code }, Ct));
    }

    [Fact]
    public async Task An_address_with_an_account_gets_the_same_answer_and_its_owner_a_mail()
    {
        var (known, unknown) = (await app.Account(Ct), NewAddress());

        var toKnown = await (await Register(known.ToUpperInvariant())).Content.ReadAsStringAsync(Ct);
        var toUnknown = await (await Register(unknown)).Content.ReadAsStringAsync(Ct);

        Assert.Equal(toUnknown.Replace(
            unknown, "", StringComparison.Ordinal), toKnown.Replace(known.ToUpperInvariant(), "", StringComparison.Ordinal));
        Assert.Contains("U hebt al een account", await app.Mail(known, Ct), StringComparison.Ordinal);
        await app.LogIn(known, Ct);
    }

    [Fact]
    public async Task A_code_confirms_the_registration_it_was_mailed_for_so_a_strangers_password_is_not_left_behind()
    {
        var email = NewAddress();
        await Register(email);
        var mine = await app.CodeMailed(email, Ct);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await Register(email, "the password of a stranger");
        await app.Mail(email, Ct, number: 2);

        await (await Verify(email, mine)).IsOk<SignedIn>(Ct);

        await app.LogIn(email, Ct);
        await (await app.Client().Post("/api/v1/auth/login", new LogIn.Asked(email, "the password of a stranger"), Ct))
            .IsRefused(HttpStatusCode.Unauthorized, "identity.credentials_wrong", Ct);
    }

    [Fact]
    public async Task A_code_works_once()
    {
        var email = NewAddress();
        await Register(email);
        var code = await app.CodeMailed(email, Ct);

        await (await Verify(email, code)).IsOk<SignedIn>(Ct);
        await (await Verify(email, code)).IsRefused(HttpStatusCode.UnprocessableEntity, "identity.code_wrong", Ct);
    }

    [Fact]
    public async Task Of_many_who_send_the_right_code_at_once_one_is_let_in()
    {
        var email = NewAddress();
        await Register(email);
        var code = await app.CodeMailed(email, Ct);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Verify(email, code)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task After_five_wrong_codes_the_right_one_is_too_late()
    {
        var email = NewAddress();
        await Register(email);
        var code = await app.CodeMailed(email, Ct);
        var wrong = code == "000000" ? "000001" : "000000";

        for (var i = 0; i < 5; i++)
            await (await Verify(email, wrong)).IsRefused(HttpStatusCode.UnprocessableEntity, "identity.code_wrong", Ct);

        await (await Verify(email, code)).IsRefused(HttpStatusCode.UnprocessableEntity, "identity.code_wrong", Ct);
    }

    [Fact]
    public async Task A_code_lapses_after_a_quarter_of_an_hour()
    {
        var email = NewAddress();
        await Register(email);
        var code = await app.CodeMailed(email, Ct);

        app.Clock.Advance(TimeSpan.FromMinutes(15));

        await (await Verify(email, code)).IsRefused(HttpStatusCode.UnprocessableEntity, "identity.code_wrong", Ct);
    }

    [Fact]
    public async Task One_mailbox_is_not_filled_by_asking_again_and_again()
    {
        var email = NewAddress();
        for (var i = 0; i < 6; i++) Assert.Equal(HttpStatusCode.Created, (await Register(email)).StatusCode);

        await app.Mail(email, Ct, number: 3);
        Assert.Equal(
            3, await app.SystemDb.Everywhere.One<long>("select count(*) from kernel.mails where recipient = @email", new { email }, Ct));
    }

    [Fact]
    public async Task Whoever_has_not_confirmed_yet_is_told_so_only_with_the_right_password()
    {
        var email = NewAddress();
        await Register(email);

        await (await app.Client().Post("/api/v1/auth/login", new LogIn.Asked(email, IdentityApp.Password), Ct))
            .IsRefused(HttpStatusCode.Forbidden, "identity.email_not_verified", Ct);
        await (await app.Client().Post("/api/v1/auth/login", new LogIn.Asked(email, "some other password"), Ct))
            .IsRefused(HttpStatusCode.Unauthorized, "identity.credentials_wrong", Ct);
    }

    [Theory]
    [InlineData("not an address", "identity.email_invalid")]
    [InlineData("", "identity.email_invalid")]
    [InlineData("two@at@example.org", "identity.email_invalid")]
    [InlineData("Jo <jo@example.org>", "identity.email_invalid")]
    public async Task What_is_no_address_is_refused(string email, string code) =>
        await (await Register(email)).IsRefused(HttpStatusCode.UnprocessableEntity, code, Ct);

    [Fact]
    public async Task A_line_break_in_an_address_is_refused_before_it_reaches_a_header() =>
        await (await Register("jo@example.org\r\nBcc: all@example.org"))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "identity.email_invalid", Ct);

    [Fact]
    public async Task A_weak_password_is_refused_with_the_field_it_stood_in()
    {
        var problem = await (await Register(NewAddress(), "password1234"))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "identity.password_too_common", Ct);
        Assert.Equal("password", problem.GetProperty("errors")[0].GetProperty("field").GetString());
    }
}
