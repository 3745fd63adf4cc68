using System.Net;
using System.Text;
using System.Text.Json;
using Balie.Identity.Organisations;
using Balie.Identity.SignIn;

namespace Balie.Identity.Tests.Organisations;

public sealed class OrganisationTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string NewSlug() => $"o-{Guid.NewGuid():n}";

    private async Task<(SeeOrganisation.OrganisationView Organisation, HttpClient Owner)> Begin(string? slug = null)
    {
        var email = await app.Account(Ct);
        slug ??= NewSlug();
        using var client = await app.SignedIn(email, Ct);
        var organisation = await (await client.Post("/api/v1/organisations", new CreateOrganisation.Asked(slug, "Theatre"), Ct))
            .IsOk<SeeOrganisation.OrganisationView>(HttpStatusCode.Created, Ct);
        await IdentityApp.Soon(async () => await app.Installation.FindOrganisation(slug, Ct) is not null, Ct);
        var owner = await app.SignedIn(email, Ct, slug);
        await IdentityApp.Soon(async () => (await owner.GetAsync("/api/v1/auth/me", Ct)).StatusCode == HttpStatusCode.OK, Ct);
        return (organisation, owner);
    }

    private static Task<HttpResponseMessage> Update(HttpClient client, Guid id, UpdateOrganisation.Asked asked, string? ifMatch)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/organisations/{id}")
        {
            Content = new StringContent(JsonSerializer.Serialize(asked, Json.Options), Encoding.UTF8, "application/json"),
        };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return client.SendAsync(request, Ct);
    }

    [Fact]
    public async Task Whoever_begins_an_organisation_owns_it()
    {
        var (organisation, owner) = await Begin();

        var mine = await (await owner.GetAsync("/api/v1/organisations", Ct)).IsOk<ListMyOrganisations.MembershipView[]>(Ct);
        var me = await (await owner.GetAsync("/api/v1/auth/me", Ct)).IsOk<SeeMe.Me>(Ct);

        Assert.Equal((organisation.Id, "owner"), (mine.Single().Id, mine.Single().Role));
        Assert.Equal((organisation.Id, "owner"), (me.OrganisationId, me.Role));
        Assert.Contains("eventsWrite", me.Permissions);
    }

    [Fact]
    public async Task The_same_request_again_begins_no_second_organisation()
    {
        using var client = await app.SignedIn(await app.Account(Ct), Ct);
        var (key, asked) = (Guid.NewGuid(), new CreateOrganisation.Asked(NewSlug(), "Theatre"));

        var first = await client.Post("/api/v1/organisations", asked, Ct, key);
        var again = await client.Post("/api/v1/organisations", asked, Ct, key);

        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await again.Content.ReadAsStringAsync(Ct));
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
        await (await client.Post("/api/v1/organisations", asked, Ct)).IsRefused(HttpStatusCode.Conflict, "identity.slug_taken", Ct);
    }

    [Fact]
    public async Task An_organisation_is_edited_from_the_version_that_was_read()
    {
        var (organisation, owner) = await Begin();
        var read = await owner.GetAsync($"/api/v1/organisations/{organisation.Id}", Ct);
        var asked = new UpdateOrganisation.Asked(organisation.Slug, "Grand Theatre", "en", "BE");

        var updated = await (await Update(owner, organisation.Id, asked, read.Headers.ETag?.Tag))
            .IsOk<SeeOrganisation.OrganisationView>(Ct);

        Assert.Equal(("Grand Theatre", "en", "BE", 2), (updated.Name, updated.Locale, updated.Country, updated.Version));
        await (await Update(owner, organisation.Id, asked, read.Headers.ETag?.Tag))
            .IsRefused(HttpStatusCode.PreconditionFailed, "kernel.version_changed", Ct);
        await (await Update(owner, organisation.Id, asked, null)).IsRefused((HttpStatusCode)428, "kernel.version_required", Ct);
    }

    [Fact]
    public async Task A_new_slug_leads_here_at_once_and_the_old_one_nowhere()
    {
        var (organisation, owner) = await Begin();
        var slug = NewSlug();
        await (await Update(owner, organisation.Id, new UpdateOrganisation.Asked(slug, "Theatre", "nl", "NL"), "*"))
            .IsOk<SeeOrganisation.OrganisationView>(Ct);

        using var byNew = app.Client();
        byNew.DefaultRequestHeaders.Add("X-Organisation", slug);
        await IdentityApp.Soon(
            async () => (await byNew.Post("/api/v1/auth/logout", new { }, Ct)).StatusCode == HttpStatusCode.OK, Ct);
        await (await owner.GetAsync("/api/v1/auth/me", Ct)).IsRefused(HttpStatusCode.NotFound, "kernel.organisation_not_found", Ct);
    }

    [Fact]
    public async Task A_slug_of_another_organisation_cannot_be_taken()
    {
        var (_, _) = await Begin("taken-slug");
        var (organisation, owner) = await Begin();

        await (await Update(owner, organisation.Id, new UpdateOrganisation.Asked("taken-slug", "Theatre", "nl", "NL"), "*"))
            .IsRefused(HttpStatusCode.Conflict, "identity.slug_taken", Ct);
    }

    [Fact]
    public async Task An_organisation_does_not_exist_for_the_owner_of_another()
    {
        var (theirs, _) = await Begin();
        var (_, owner) = await Begin();

        foreach (var path in (string[])["", "/members", "/api-keys"])
            await (await owner.GetAsync($"/api/v1/organisations/{theirs.Id}{path}", Ct))
                .IsRefused(HttpStatusCode.NotFound, "identity.organisation_not_found", Ct);
        await (await Update(owner, theirs.Id, new UpdateOrganisation.Asked(NewSlug(), "Mine now", "nl", "NL"), "*"))
            .IsRefused(HttpStatusCode.NotFound, "identity.organisation_not_found", Ct);
        await (await owner.Post($"/api/v1/organisations/{theirs.Id}/members", new AddMember.Asked(IdentityApp.OwnerEmail, "owner"), Ct))
            .IsRefused(HttpStatusCode.NotFound, "identity.organisation_not_found", Ct);
    }

    [Fact]
    public async Task A_customer_may_not_look_inside()
    {
        var (organisation, _) = await Begin();
        using var customer = await app.SignedIn(await app.Account(Ct), Ct, organisation.Slug);

        await (await customer.GetAsync($"/api/v1/organisations/{organisation.Id}", Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await app.Client().GetAsync("/api/v1/organisations", Ct))
            .IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct);
    }

    [Fact]
    public async Task An_organisation_is_found_by_id_slug_or_host_name_and_the_default_without()
    {
        var (organisation, _) = await Begin();
        var host = $"{organisation.Slug}.example.org";
        Assert.Null((await app.Installation.SetHosts(organisation.Slug, [host.ToUpperInvariant()], Ct)).Refusal);
        var owner = await app.Owner(Ct);
        var callers = (ICallers)app.Services.GetService(typeof(ICallers))!;

        await IdentityApp.Soon(async () => await callers.FindOrganisation(null, host, Ct) == organisation.Id, Ct);
        Assert.Equal(organisation.Id, await callers.FindOrganisation(organisation.Slug, "localhost", Ct));
        Assert.Equal(organisation.Id, await callers.FindOrganisation(organisation.Id.ToString(), "localhost", Ct));
        Assert.Equal(owner.OrganisationId, await callers.FindOrganisation(null, "localhost", Ct));
        Assert.Null(await callers.FindOrganisation("nobodys", host, Ct));
        Assert.Null(await callers.FindOrganisation(Guid.NewGuid().ToString(), host, Ct));
    }

    [Theory]
    [InlineData("a", "Theatre", "nl", "NL", "identity.slug_invalid")]
    [InlineData("Capital", "Theatre", "nl", "NL", "identity.slug_invalid")]
    [InlineData("-hyphen", "Theatre", "nl", "NL", "identity.slug_invalid")]
    [InlineData("new\nline", "Theatre", "nl", "NL", "identity.slug_invalid")]
    [InlineData("fine", "  ", "nl", "NL", "identity.name_invalid")]
    [InlineData("fine", "Theatre", "Dutch", "NL", "identity.locale_invalid")]
    [InlineData("fine", "Theatre", "nl", "Holland", "identity.country_invalid")]
    public async Task What_is_not_a_proper_organisation_is_refused(string slug, string name, string locale, string country, string code)
    {
        using var client = await app.SignedIn(await app.Account(Ct), Ct);

        await (await client.Post("/api/v1/organisations", new CreateOrganisation.Asked(slug, name, locale, country), Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, code, Ct);
    }
}
