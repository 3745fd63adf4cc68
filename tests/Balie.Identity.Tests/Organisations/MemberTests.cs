using System.Net;
using Balie.Identity.Organisations;
using Balie.Identity.SignIn;

namespace Balie.Identity.Tests.Organisations;

public sealed class MemberTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private sealed record Stage(Guid OrganisationId, string Slug, Guid OwnerId, HttpClient Owner)
    {
        public string Members => $"/api/v1/organisations/{OrganisationId}/members";
    }

    private async Task<Stage> Begin()
    {
        var (email, slug) = (await app.Account(Ct), $"m-{Guid.NewGuid():n}");
        var organisationId = (await app.Installation.CreateOrganisation(slug, "Theatre", email, "nl", "NL", Ct)).Value;
        await Known(slug);
        var owner = await app.SignedIn(email, Ct, slug);
        return new Stage(organisationId, slug, (await Me(owner)).Id, owner);
    }

    private async Task<(string Email, HttpClient Client, Guid UserId)> Member(Stage stage, string role)
    {
        var email = await app.Account(Ct);
        var added = await (await stage.Owner.Post(stage.Members, new AddMember.Asked(email, role), Ct))
            .IsOk<ListMembers.MemberView>(HttpStatusCode.Created, Ct);
        return (email, await app.SignedIn(email, Ct, stage.Slug), added.UserId);
    }

    private async Task Known(string slug)
    {
        var callers = (ICallers)app.Services.GetService(typeof(ICallers))!;
        await IdentityApp.Soon(async () => await callers.FindOrganisation(slug, "localhost", Ct) is not null, Ct);
    }

    private static async Task<SeeMe.Me> Me(HttpClient client) => await (await client.GetAsync("/api/v1/auth/me", Ct)).IsOk<SeeMe.Me>(Ct);

    private static Task<HttpResponseMessage> Give(HttpClient client, Stage stage, Guid userId, string role) =>
        client.Put($"{stage.Members}/{userId}", new ChangeRole.Asked(role), Ct);

    [Fact]
    public async Task A_member_has_the_permissions_of_their_role_in_this_organisation_alone()
    {
        var stage = await Begin();
        var (email, client, _) = await Member(stage, "door");

        var here = await Me(client);
        using var elsewhere = await app.SignedIn(email, Ct);

        Assert.Equal("door", here.Role);
        Assert.Equal(["bookingsRead", "checkIn", "eventsRead"], here.Permissions);
        Assert.Equal("customer", (await Me(elsewhere)).Role);
    }

    [Fact]
    public async Task A_role_that_changes_is_soon_known_everywhere()
    {
        var stage = await Begin();
        var (_, client, userId) = await Member(stage, "admin");
        await IdentityApp.Hearing(app.Services, Ct);
        Assert.Equal("admin", (await Me(client)).Role);

        Assert.Equal(HttpStatusCode.OK, (await Give(stage.Owner, stage, userId, "door")).StatusCode);
        await IdentityApp.Soon(async () => (await Me(client)).Role == "door", Ct);
        await (await client.GetAsync(stage.Members, Ct)).IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);

        Assert.Equal(HttpStatusCode.OK, (await stage.Owner.DeleteAsync($"{stage.Members}/{userId}", Ct)).StatusCode);
        await IdentityApp.Soon(async () => (await Me(client)).Role == "customer", Ct);
    }

    [Fact]
    public async Task The_last_owner_can_neither_leave_nor_step_down()
    {
        var stage = await Begin();

        await (await Give(stage.Owner, stage, stage.OwnerId, "admin")).IsRefused(HttpStatusCode.Conflict, "identity.last_owner", Ct);
        await (await stage.Owner.DeleteAsync($"{stage.Members}/{stage.OwnerId}", Ct))
            .IsRefused(HttpStatusCode.Conflict, "identity.last_owner", Ct);

        await Member(stage, "owner");
        Assert.Equal(HttpStatusCode.OK, (await Give(stage.Owner, stage, stage.OwnerId, "admin")).StatusCode);
    }

    [Fact]
    public async Task Two_owners_who_leave_at_the_same_time_leave_one_behind()
    {
        var stage = await Begin();
        var (_, second, secondId) = await Member(stage, "owner");
        await Me(second);
        await using var rival = await app.Rival();
        await rival.Run("select from identity.organisations where org_id = @OrganisationId for update", stage);

        var first = stage.Owner.DeleteAsync($"{stage.Members}/{stage.OwnerId}", Ct);
        await rival.UntilSomeoneWaits();
        await rival.Run(
            "delete from identity.members where org_id = @OrganisationId and user_id = @secondId", new { stage.OrganisationId, secondId });
        await rival.Commit();

        await (await first).IsRefused(HttpStatusCode.Conflict, "identity.last_owner", Ct);
    }

    [Fact]
    public async Task An_administrator_makes_members_but_neither_makes_nor_unmakes_owners()
    {
        var stage = await Begin();
        var (_, admin, _) = await Member(stage, "admin");
        var (_, _, doorId) = await Member(stage, "door");

        Assert.Equal(HttpStatusCode.OK, (await Give(admin, stage, doorId, "events")).StatusCode);
        await (await Give(admin, stage, doorId, "owner")).IsRefused(HttpStatusCode.Forbidden, "identity.owners_only", Ct);
        await (await Give(admin, stage, stage.OwnerId, "door")).IsRefused(HttpStatusCode.Forbidden, "identity.owners_only", Ct);
        await (await admin.DeleteAsync($"{stage.Members}/{stage.OwnerId}", Ct))
            .IsRefused(HttpStatusCode.Forbidden, "identity.owners_only", Ct);
        await (await admin.Post(stage.Members, new AddMember.Asked(await app.Account(Ct), "owner"), Ct))
            .IsRefused(HttpStatusCode.Forbidden, "identity.owners_only", Ct);
    }

    [Fact]
    public async Task Members_are_listed_page_by_page()
    {
        var stage = await Begin();
        for (var i = 0; i < 3; i++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Member(stage, "door");
        }

        var first = await stage.Owner.GetAsync($"{stage.Members}?limit=3", Ct);
        var rows = await first.IsOk<ListMembers.MemberView[]>(Ct);
        var cursor = System.Text.Json.JsonDocument.Parse(
            await first.Content.ReadAsStringAsync(Ct)).RootElement.GetProperty("meta").GetProperty("nextCursor").GetString();
        var rest = await (await stage.Owner.GetAsync($"{stage.Members}?limit=3&cursor={cursor}", Ct)).IsOk<ListMembers.MemberView[]>(Ct);

        Assert.Equal(["door", "door", "door", "owner"], [.. rows.Select(row => row.Role), .. rest.Select(row => row.Role)]);
    }

    [Fact]
    public async Task Who_cannot_be_added_is_told_why()
    {
        var stage = await Begin();
        var (email, _, _) = await Member(stage, "door");

        await (await stage.Owner.Post(stage.Members, new AddMember.Asked(email, "shop"), Ct))
            .IsRefused(HttpStatusCode.Conflict, "identity.already_member", Ct);
        await (await stage.Owner.Post(stage.Members, new AddMember.Asked("nobody@example.org", "shop"), Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "identity.account_not_found", Ct);
        await (await stage.Owner.Post(stage.Members, new AddMember.Asked(email, "emperor"), Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "identity.role_unknown", Ct);
        await (await stage.Owner.Post(stage.Members, new AddMember.Asked(email, "customer"), Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "identity.role_unknown", Ct);
        await (await Give(stage.Owner, stage, Guid.NewGuid(), "shop")).IsRefused(HttpStatusCode.NotFound, "identity.member_not_found", Ct);
    }
}
