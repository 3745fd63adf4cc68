using System.Net;
using Balie.Identity.SecondFactor;
using Balie.Identity.Sessions;
using Balie.Identity.SignIn;

namespace Balie.Identity.Tests.SecondFactor;

public sealed class SecondFactorTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private sealed record Enrolled(string Email, HttpClient Client, byte[] Secret, IReadOnlyList<string> RecoveryCodes);

    private Task<HttpResponseMessage> LogIn(string email, string? code, HttpClient? from = null, string password = IdentityApp.Password) =>
        (from ?? app.Client()).Post("/api/v1/auth/login", new LogIn.Asked(email, password, code), Ct);

    private string CodeNow(byte[] secret) => Totp.Code(secret, Totp.StepAt(app.Clock.GetUtcNow()));

    private async Task<Enrolled> Enrol()
    {
        var email = await app.Account(Ct);
        var client = await app.SignedIn(email, Ct);
        var enrolled = await (await client.Post("/api/v1/auth/totp/enrolment", new EnrolTotp.Asked(IdentityApp.Password), Ct))
            .IsOk<EnrolTotp.Enrolled>(Ct);
        Assert.Equal($"otpauth://totp/Balie:{Uri.EscapeDataString(email)}?secret={enrolled.Secret}&issuer=Balie", enrolled.Uri);
        var secret = Read(enrolled.Secret);
        var confirmed = await (await client.Post("/api/v1/auth/totp/confirmation", new ConfirmTotp.Asked(CodeNow(secret)), Ct))
            .IsOk<ConfirmTotp.Confirmed>(Ct);
        app.Clock.Advance(TimeSpan.FromSeconds(30));
        return new Enrolled(email, client, secret, confirmed.RecoveryCodes);
    }

    [Fact]
    public async Task With_a_second_factor_signing_in_takes_a_code()
    {
        var person = await Enrol();

        await (await LogIn(person.Email, null)).IsRefused(HttpStatusCode.Unauthorized, "identity.totp_required", Ct);
        await (await LogIn(person.Email, "000000")).IsRefused(HttpStatusCode.Unauthorized, "identity.totp_wrong", Ct);
        Assert.True((await (await LogIn(person.Email, CodeNow(person.Secret))).IsOk<SignedIn>(Ct)).User.Totp);
    }

    [Fact]
    public async Task A_code_works_once_though_its_half_minute_is_not_over()
    {
        var person = await Enrol();
        var code = CodeNow(person.Secret);

        await (await LogIn(person.Email, code)).IsOk<SignedIn>(Ct);
        await (await LogIn(person.Email, code)).IsRefused(HttpStatusCode.Unauthorized, "identity.totp_wrong", Ct);
    }

    [Fact]
    public async Task The_need_for_a_code_is_told_only_to_whoever_knows_the_password()
    {
        var person = await Enrol();

        await (await LogIn(person.Email, null, password: "not the password"))
            .IsRefused(HttpStatusCode.Unauthorized, "identity.credentials_wrong", Ct);
        await (await LogIn(person.Email, CodeNow(person.Secret), password: "not the password"))
            .IsRefused(HttpStatusCode.Unauthorized, "identity.credentials_wrong", Ct);
    }

    [Fact]
    public async Task Codes_cannot_be_guessed_one_after_another()
    {
        var person = await Enrol();
        using var guesser = app.Client();
        for (var i = 0; i < 5; i++)
            await (await LogIn(person.Email, "000000", guesser)).IsRefused(HttpStatusCode.Unauthorized, "identity.totp_wrong", Ct);

        await (await LogIn(person.Email, CodeNow(person.Secret), guesser))
            .IsRefused(HttpStatusCode.TooManyRequests, "identity.too_many_attempts", Ct);
    }

    [Fact]
    public async Task A_recovery_code_works_once_in_place_of_the_app()
    {
        var person = await Enrol();
        Assert.Equal(10, person.RecoveryCodes.Distinct().Count());

        await (await LogIn(person.Email, person.RecoveryCodes[3].ToUpperInvariant())).IsOk<SignedIn>(Ct);
        await (await LogIn(person.Email, person.RecoveryCodes[3])).IsRefused(HttpStatusCode.Unauthorized, "identity.totp_wrong", Ct);
    }

    [Fact]
    public async Task New_recovery_codes_make_the_old_ones_worthless()
    {
        var person = await Enrol();

        var renewed = await (await person.Client.Post(
            "/api/v1/auth/totp/recovery-codes", new RenewRecoveryCodes.Asked(
                IdentityApp.Password, CodeNow(person.Secret)), Ct)).IsOk<ConfirmTotp.Confirmed>(Ct);

        await (await LogIn(person.Email, person.RecoveryCodes[0])).IsRefused(HttpStatusCode.Unauthorized, "identity.totp_wrong", Ct);
        await (await LogIn(person.Email, renewed.RecoveryCodes[0])).IsOk<SignedIn>(Ct);
    }

    [Fact]
    public async Task An_enrolment_that_was_not_confirmed_counts_for_nothing()
    {
        var email = await app.Account(Ct);
        using var client = await app.SignedIn(email, Ct);
        await client.Post("/api/v1/auth/totp/enrolment", new EnrolTotp.Asked(IdentityApp.Password), Ct);

        await (await client.Post("/api/v1/auth/totp/confirmation", new ConfirmTotp.Asked("000000"), Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "identity.code_wrong", Ct);
        await app.LogIn(email, Ct);
    }

    [Fact]
    public async Task Enrolling_takes_the_password_and_happens_once()
    {
        var person = await Enrol();
        using var other = await app.SignedIn(await app.Account(Ct), Ct);

        await (await other.Post("/api/v1/auth/totp/enrolment", new EnrolTotp.Asked("not the password"), Ct))
            .IsRefused(HttpStatusCode.Forbidden, "identity.password_wrong", Ct);
        await (await person.Client.Post("/api/v1/auth/totp/enrolment", new EnrolTotp.Asked(IdentityApp.Password), Ct))
            .IsRefused(HttpStatusCode.Conflict, "identity.totp_already_on", Ct);
        await (await other.Post("/api/v1/auth/totp/confirmation", new ConfirmTotp.Asked("000000"), Ct))
            .IsRefused(HttpStatusCode.Conflict, "identity.totp_not_on", Ct);
    }

    [Fact]
    public async Task Removing_it_takes_password_and_code()
    {
        var person = await Enrol();

        await (await person.Client.Post("/api/v1/auth/totp/removal", new RemoveTotp.Asked("not the password", CodeNow(person.Secret)), Ct))
            .IsRefused(HttpStatusCode.Forbidden, "identity.password_wrong", Ct);
        await (await person.Client.Post("/api/v1/auth/totp/removal", new RemoveTotp.Asked(IdentityApp.Password, "000000"), Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "identity.code_wrong", Ct);
        Assert.Equal(HttpStatusCode.OK, (await person.Client.Post(
            "/api/v1/auth/totp/removal", new RemoveTotp.Asked(IdentityApp.Password, CodeNow(person.Secret)), Ct)).StatusCode);
        await app.LogIn(person.Email, Ct);
    }

    private static byte[] Read(string base32)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(
            base32.Select(letter => Convert.ToString(Alphabet.IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }
}
