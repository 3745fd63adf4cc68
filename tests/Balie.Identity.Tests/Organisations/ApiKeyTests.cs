using System.Net;
using System.Net.Http.Headers;
using Balie.Identity.Organisations;

namespace Balie.Identity.Tests.Organisations;

public sealed class ApiKeyTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task<(HttpClient Owner, string Keys, Guid OrganisationId)> Stage()
    {
        var owner = await app.Owner(Ct);
        return (await app.SignedIn(owner.Email, Ct), $"/api/v1/organisations/{owner.OrganisationId}/api-keys", owner.OrganisationId);
    }

    private static async Task<CreateApiKey.Created> Make(
        HttpClient owner, string keys, string[] scopes, DateTimeOffset? expiresAt = null) =>
        await (await owner.Post(keys, new CreateApiKey.Asked("Till", scopes, expiresAt), Ct))
            .IsOk<CreateApiKey.Created>(HttpStatusCode.Created, Ct);

    private HttpClient With(string key, bool asBearer = false, string? organisation = null)
    {
        var client = app.Client();
        if (asBearer) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        else client.DefaultRequestHeaders.Add("X-Api-Key", key);
        if (organisation is not null) client.DefaultRequestHeaders.Add("X-Organisation", organisation);
        return client;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_may_do_what_its_scopes_say_and_nothing_else(bool asBearer)
    {
        var (owner, keys, organisationId) = await Stage();
        var made = await Make(owner, keys, ["organisationRead"]);

        using var program = With(made.Key, asBearer);

        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync($"/api/v1/organisations/{organisationId}", Ct)).StatusCode);
        await (await program.GetAsync(keys, Ct)).IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await program.GetAsync("/api/v1/auth/me", Ct)).IsRefused(HttpStatusCode.Forbidden, "identity.person_needed", Ct);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_kept_nowhere()
    {
        var (owner, keys, _) = await Stage();
        var made = await Make(owner, keys, ["eventsRead"]);

        var listed = await (await owner.GetAsync(keys, Ct)).Content.ReadAsStringAsync(Ct);
        var stored = await app.SystemDb.Everywhere.One<long>(
            """
            select count(*) from (
                select convert_from(body, 'UTF8') as text from kernel.idempotency
                union all select facts::text from identity.audit
                union all select row_to_json(api_keys)::text from identity.api_keys) everything
            where text like '%' || @Key || '%'
            """, new { made.Key }, Ct);

        Assert.StartsWith("balie_", made.Key, StringComparison.Ordinal);
        Assert.Contains(made.Key[..12], listed, StringComparison.Ordinal);
        Assert.DoesNotContain(made.Key, listed, StringComparison.Ordinal);
        Assert.Equal(0, stored);
    }

    [Fact]
    public async Task A_revoked_key_is_soon_refused()
    {
        var (owner, keys, organisationId) = await Stage();
        var made = await Make(owner, keys, ["organisationRead"]);
        using var program = With(made.Key);
        await IdentityApp.Hearing(app.Services, Ct);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync($"/api/v1/organisations/{organisationId}", Ct)).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await owner.DeleteAsync($"{keys}/{made.Id}", Ct)).StatusCode);

        await IdentityApp.Soon(
            async () => (
                await program.GetAsync($"/api/v1/organisations/{organisationId}", Ct)).StatusCode == HttpStatusCode.Unauthorized, Ct);
        Assert.Equal(HttpStatusCode.OK, (await owner.DeleteAsync($"{keys}/{made.Id}", Ct)).StatusCode);
        await (await owner.DeleteAsync($"{keys}/{Guid.NewGuid()}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "identity.api_key_not_found", Ct);
    }

    [Fact]
    public async Task A_key_lapses_at_its_end_though_it_is_remembered()
    {
        var (owner, keys, organisationId) = await Stage();
        var made = await Make(owner, keys, ["organisationRead"], app.Clock.GetUtcNow().AddMinutes(2));
        using var program = With(made.Key);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync($"/api/v1/organisations/{organisationId}", Ct)).StatusCode);

        app.Clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync($"/api/v1/organisations/{organisationId}", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_key_is_of_one_organisation()
    {
        var (owner, keys, _) = await Stage();
        var made = await Make(owner, keys, ["organisationRead"]);
        var slug = $"k-{Guid.NewGuid():n}";
        var other = (await app.Installation.CreateOrganisation(slug, "Theatre", IdentityApp.OwnerEmail, "nl", "NL", Ct)).Value;

        using var program = With(made.Key, organisation: slug);

        await IdentityApp.Soon(
            async () => (await program.GetAsync($"/api/v1/organisations/{other}", Ct)).StatusCode == HttpStatusCode.Unauthorized, Ct);
    }

    [Fact]
    public async Task Its_use_is_noted()
    {
        var (owner, keys, organisationId) = await Stage();
        var made = await Make(owner, keys, ["organisationRead"]);

        await With(made.Key).GetAsync($"/api/v1/organisations/{organisationId}", Ct);

        var listed = await (await owner.GetAsync(keys, Ct)).IsOk<ListApiKeys.ApiKeyView[]>(Ct);
        Assert.Equal(app.Clock.GetUtcNow(), listed.Single(key => key.Id == made.Id).LastUsedAt);
    }

    [Fact]
    public async Task Nobody_hands_out_more_than_they_have()
    {
        var (owner, keys, _) = await Stage();
        var email = await app.Account(Ct);
        await app.Installation.SetMember("balie", email, "admin", Ct);
        using var admin = await app.SignedIn(email, Ct);

        await (await admin.Post(keys, new CreateApiKey.Asked("Till", ["capacityForce"]), Ct))
            .IsRefused(HttpStatusCode.Forbidden, "identity.scopes_beyond_yours", Ct);
        await Make(admin, keys, ["eventsWrite"]);
        await Make(owner, keys, ["capacityForce"]);
    }

    [Fact]
    public async Task What_is_not_a_proper_key_is_refused()
    {
        var (owner, keys, _) = await Stage();

        foreach (var scopes in (string[][])[[], ["emperor"], ["eventsRead", "eventsRead"], ["EventsRead"]])
            await (await owner.Post(keys, new CreateApiKey.Asked("Till", scopes), Ct))
                .IsRefused(HttpStatusCode.UnprocessableEntity, "identity.scopes_invalid", Ct);
        await (await owner.Post(keys, new CreateApiKey.Asked("Till", ["eventsRead"], app.Clock.GetUtcNow()), Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "identity.expiry_invalid", Ct);
    }

    [Theory]
    [InlineData("")]
    [InlineData("balie_")]
    [InlineData("rubbish")]
    [InlineData("balie_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_is_no_key_is_refused(string key)
    {
        await app.Owner(Ct);
        using var program = app.Client();
        program.DefaultRequestHeaders.TryAddWithoutValidation("X-Api-Key", key.Length == 0 ? " x" : key);

        await (await program.GetAsync("/api/v1/organisations", Ct)).IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct);
    }

    [Fact]
    public async Task A_good_access_token_is_no_key()
    {
        var owner = await app.Owner(Ct);
        var tokens = await app.LogIn(owner.Email, Ct);

        await (await With(tokens.AccessToken).GetAsync("/api/v1/organisations", Ct))
            .IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct);
    }
}
