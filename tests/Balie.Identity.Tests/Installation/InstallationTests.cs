using System.Net;
using Balie.Identity.Installation;
using Balie.Identity.SignIn;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Balie.Identity.Tests.Installation;

public sealed class InstallationTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_start_makes_the_owner_and_every_later_one_changes_nothing()
    {
        await using var fresh = new IdentityApp();
        await fresh.InitializeAsync();

        var starts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => fresh.Installation.EnsureOwner(null, null, "Museum", Ct)));
        var owners = starts.Select(start => start.Value ?? throw new InvalidOperationException(start.Refusal?.Code)).ToArray();
        var again = (await fresh.Installation.EnsureOwner("other@example.org", "zeventien paarse olifanten", "Other", Ct)).Value;

        var first = Assert.Single(owners, owner => owner.Created);
        Assert.Equal(20, first.GeneratedPassword?.Length);
        Assert.All(owners.Where(owner => !owner.Created), owner => Assert.Null(owner.GeneratedPassword));
        Assert.Equal(first with { Created = false, GeneratedPassword = null }, again);
        await fresh.LogIn(first.Email, Ct, password: first.GeneratedPassword ?? "");
    }

    [Fact]
    public async Task A_weak_password_of_the_owner_is_refused()
    {
        await using var fresh = new IdentityApp();
        await fresh.InitializeAsync();

        Assert.Equal("identity.password_too_common", (
            await fresh.Installation.EnsureOwner("o@example.org", "password1234", "Museum", Ct)).Refusal?.Code);
    }

    [Fact]
    public async Task The_operator_sets_a_password_and_every_session_ends()
    {
        var email = await app.Account(Ct);
        using var before = await app.SignedIn(email, Ct);
        await before.GetAsync("/api/v1/auth/me", Ct);

        Assert.Null((await app.Installation.SetPassword(email, "negentien roze flamingo's", Ct)).Refusal);

        await IdentityApp.Soon(
            async () => (await before.GetAsync("/api/v1/auth/me", Ct)).StatusCode == HttpStatusCode.Unauthorized, Ct);
        await app.LogIn(email, Ct, password: "negentien roze flamingo's");
        Assert.Equal("identity.account_not_found", (
            await app.Installation.SetPassword("nobody@example.org", "negentien roze flamingo's", Ct)).Refusal?.Code);
    }

    [Fact]
    public async Task An_account_is_made_once()
    {
        var email = await app.Account(Ct);

        Assert.Equal("identity.account_exists", (
            await app.Installation.CreateUser(email.ToUpperInvariant(), "Jo", IdentityApp.Password, "nl", Ct)).Refusal?.Code);
    }

    [Fact]
    public async Task The_operator_cannot_take_away_the_last_owner_either()
    {
        await app.Owner(Ct);

        Assert.Equal("identity.last_owner", (await app.Installation.SetMember("balie", IdentityApp.OwnerEmail, "door", Ct)).Refusal?.Code);
    }

    [Fact]
    public async Task A_key_made_by_the_operator_works()
    {
        var owner = await app.Owner(Ct);
        var made = (await app.Installation.CreateApiKey("balie", "Till", ["organisationRead"], null, Ct)).Value;
        using var program = app.Client();
        program.DefaultRequestHeaders.Add("X-Api-Key", made?.Key);

        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync($"/api/v1/organisations/{owner.OrganisationId}", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_host_name_belongs_to_one_organisation()
    {
        await app.Owner(Ct);
        var slug = $"h-{Guid.NewGuid():n}";
        await app.Installation.CreateOrganisation(slug, "Theatre", IdentityApp.OwnerEmail, "nl", "NL", Ct);
        await app.Installation.SetHosts(slug, ["only.example.org"], Ct);

        Assert.Equal("identity.host_taken", (await app.Installation.SetHosts("balie", ["only.example.org"], Ct)).Refusal?.Code);
        Assert.Equal("identity.host_invalid", (await app.Installation.SetHosts("balie", ["not a host"], Ct)).Refusal?.Code);
    }

    [Fact]
    public async Task Security_txt_says_where_to_report_and_does_not_go_stale()
    {
        var answer = await app.Client().GetAsync("/.well-known/security.txt", Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);

        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("Contact: mailto:security@localhost\n", text, StringComparison.Ordinal);
        var expires = DateTimeOffset.Parse(text.Split("Expires: ")[1].Split('\n')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(expires - app.Clock.GetUtcNow(), TimeSpan.FromDays(170), TimeSpan.FromDays(365));
    }

    [Fact]
    public async Task Neither_people_nor_reports_can_read_accounts_and_nobody_can_change_the_trail()
    {
        await app.Account(Ct);
        foreach (var table in (string[])["users", "codes", "sessions", "refresh_tokens", "recovery_codes", "attempts", "signing_keys"])
        {
            await IsDenied(app.Databases.App, $"select from identity.{table}");
            await IsDenied(app.Databases.Reader, $"select from identity.{table}");
        }
        await IsDenied(app.Databases.App, "select from kernel.mails");
        await IsDenied(app.Databases.Reader, "select from kernel.mails");
        await IsDenied(app.Databases.System, "delete from identity.audit");
        await IsDenied(app.Databases.System, "update identity.audit set actor = 'nobody'");
        await IsDenied(app.Databases.App, "delete from identity.audit");
    }

    [Fact]
    public async Task What_has_lapsed_is_forgotten_and_what_counts_is_kept()
    {
        var email = await app.Account(Ct);
        await app.LogIn(email, Ct);
        var unconfirmed = $"u{Guid.NewGuid():n}@example.org";
        await app.Client().Post("/api/v1/auth/register", new Register.Asked(unconfirmed, IdentityApp.Password, "Jo"), Ct);
        app.Clock.Advance(TimeSpan.FromDays(8));
        await app.LogIn(email, Ct);

        await ForgetWhatLapsed.Run(app.SystemDb, app.Services, Ct);
        await ForgetWhatLapsed.Run(app.SystemDb, app.Services, Ct);

        Assert.Equal(0, await app.SystemDb.Everywhere.One<long>(
            "select count(*) from identity.users where email = @unconfirmed", new { unconfirmed }, Ct));
        Assert.Equal(2, await app.SystemDb.Everywhere.One<long>(
            "select count(*) from identity.sessions join identity.users using (user_id) where email = @email", new { email }, Ct));
        await app.LogIn(email, Ct);
    }

    [Fact]
    public async Task The_invariants_hold_after_all_this()
    {
        await app.Owner(Ct);
        var checks = new Checks();
        new IdentityModule().Verify(checks);

        foreach (var check in checks.All) Assert.Empty(await app.SystemDb.Everywhere.Many<string>(check.Violations, null, Ct));
    }

    [Fact]
    public void Hashing_may_be_cheap_in_tests_alone()
    {
        var refused = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => OptionsIn("Production").Value);
        Assert.Contains("at least 210000", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1000, OptionsIn("Testing").Value.HashIterations);
    }

    private static Microsoft.Extensions.Options.IOptions<IdentityOptions> OptionsIn(string environment)
    {
        var builder = Microsoft.AspNetCore.Builder.WebApplication.CreateSlimBuilder(
            new Microsoft.AspNetCore.Builder.WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration["Balie:identity:HashIterations"] = "1000";
        new IdentityModule().AddServices(builder.Services, builder.Configuration.GetSection("Balie:identity"));
        return builder.Services.BuildServiceProvider().GetRequiredService<Microsoft.Extensions.Options.IOptions<IdentityOptions>>();
    }

    private static async Task IsDenied(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        var denied = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Ct));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, denied.SqlState);
    }
}
