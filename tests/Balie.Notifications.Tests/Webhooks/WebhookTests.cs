using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Balie.Contracts.Orders;
using Balie.Notifications.Deliveries;
using Balie.Notifications.Webhooks;
using Microsoft.AspNetCore.Builder;

namespace Balie.Notifications.Tests.Webhooks;

/// <summary>The product's own caution: no other ports, no http, no neighbours.</summary>
public sealed class CautiousApp : NotifyApp
{
    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:Webhooks:AllowPrivate"] = "false";
    }
}

public sealed class CautionTests(CautiousApp app) : IClassFixture<CautiousApp>
{
    [Theory]
    [InlineData("http://example.org/hook")]
    [InlineData("https://127.0.0.1/hook")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://[::1]/hook")]
    [InlineData("https://user:secret@example.org/hook")]
    [InlineData("https://example.org:8080/hook")]
    [InlineData("ftp://example.org/hook")]
    [InlineData("not an address")]
    public async Task An_address_that_is_no_business_of_ours_is_refused(string url) =>
        await (await app.Owner.PostAsJsonAsync("/api/v1/webhooks", new { url, eventTypes = new[] { "*" } }, NotifyApp.Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "notifications.url_invalid", NotifyApp.Ct);

    [Fact]
    public async Task A_name_that_leads_home_is_found_out_when_it_is_called_and_nothing_is_sent()
    {
        await using var canary = await Receiver.Start();
        // Written straight to the table, as a name would be that led elsewhere when it was registered.
        var orgId = Guid.CreateVersion7();
        var owner = app.As(Roles.Owner, orgId: orgId);
        var details = new { url = "https://example.org/", eventTypes = new[] { "*" } };
        var created = await (await owner.PostAsJsonAsync("/api/v1/webhooks", details, NotifyApp.Ct))
            .IsOk<CreateWebhook.Created>(HttpStatusCode.Created, NotifyApp.Ct);
        await app.SystemDb.As(orgId).Run("update notifications.webhooks set url = @Url where org_id = @orgId",
            new { Url = canary.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) }, NotifyApp.Ct);

        await app.Tell(new OrderExpired(Guid.CreateVersion7(), "W3"), orgId);

        var waiting = await WebhookApp.Attempted(owner, created.Id, 1);
        Assert.Contains("not on the public internet", (await WebhookApp.Attempts(owner, created.Id, waiting.MessageId))[0].Error,
            StringComparison.Ordinal);
        Assert.Empty(canary.All);
    }
}

public sealed class WebhookTests(WebhookApp app) : IClassFixture<WebhookApp>
{
    private readonly Guid _orgId = Guid.CreateVersion7();

    private static CancellationToken Ct => NotifyApp.Ct;

    private HttpClient Owner => app.As(Roles.Owner, orgId: _orgId);

    private Task Expire(string reference = "W3") => app.Tell(new OrderExpired(Guid.CreateVersion7(), reference), _orgId);

    [Theory]
    [InlineData("""{"url":"https://example.org/","eventTypes":[]}""", "notifications.event_types_invalid")]
    [InlineData("""{"url":"https://example.org/","eventTypes":["order.unknown"]}""", "notifications.event_types_invalid")]
    [InlineData("""{"url":"https://example.org/","eventTypes":["order.placed","order.placed"]}""", "notifications.event_types_invalid")]
    [InlineData("""{"url":"https://example.org/","eventTypes":[null]}""", "notifications.event_types_invalid")]
    public async Task Only_types_that_exist_can_be_asked_for(string body, string code) =>
        await (await Owner.PostAsync(new Uri("/api/v1/webhooks", UriKind.Relative),
            new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, code, Ct);

    [Fact]
    public async Task The_secret_is_shown_once_and_people_cannot_read_it_even_from_the_table()
    {
        var created = await app.Webhook(Owner, "https://example.org/hook");

        Assert.DoesNotContain(created.Secret, await Owner.GetStringAsync($"/api/v1/webhooks/{created.Id}", Ct), StringComparison.Ordinal);
        Assert.DoesNotContain(created.Secret, await Owner.GetStringAsync("/api/v1/webhooks", Ct), StringComparison.Ordinal);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => app.SystemDb.As(_orgId).Many<byte[]>(
            "select secret from notifications.webhook_secrets where org_id = @orgId", null, Ct));
    }

    [Fact]
    public async Task Only_owners_and_admins_look_after_webhooks_and_only_their_own()
    {
        var created = await app.Webhook(Owner, "https://example.org/hook");

        await (await app.As(Roles.Events, orgId: _orgId).GetAsync("/api/v1/webhooks", Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        await (await app.As(Roles.Owner, orgId: Guid.CreateVersion7()).GetAsync($"/api/v1/webhooks/{created.Id}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "notifications.webhook_not_found", Ct);
        Assert.Equal(created.Url, (await WebhookApp.See(app.As(Roles.Admin, orgId: _orgId), created.Id)).Url);
    }

    [Fact]
    public async Task Another_organisations_messages_never_arrive()
    {
        await using var receiver = await Receiver.Start();
        await app.Webhook(Owner, receiver.Url);

        await app.Tell(new OrderExpired(Guid.CreateVersion7(), "theirs"), Guid.CreateVersion7());
        await Expire("ours");

        Assert.Contains("ours", (await receiver.Until(1)).Single().Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_arrives_and_shows_in_the_log_and_one_that_is_disabled_gets_none()
    {
        await using var receiver = await Receiver.Start();
        var webhook = await app.Webhook(Owner, receiver.Url, "order.placed");
        var path = $"/api/v1/webhooks/{webhook.Id}";

        var sent = await (await Owner.Post($"{path}/test", new { }, Ct)).IsOk<TestWebhook.Sent>(Ct);

        Assert.Equal("webhook.test", (await receiver.Until(1)).Single().Type);
        Assert.Equal(sent.MessageId, (await WebhookApp.Attempted(Owner, webhook.Id, 1)).MessageId);
        await (await Owner.Put($"{path}/disabled", new { }, Ct)).IsOk<Webhook>(Ct);
        await (await Owner.Post($"{path}/test", new { }, Ct)).IsRefused(HttpStatusCode.Conflict, "notifications.webhook_disabled", Ct);
    }

    [Fact]
    public async Task While_it_is_disabled_nothing_is_sent_and_afterwards_the_gap_shows_and_can_be_replayed()
    {
        await using var receiver = await Receiver.Start();
        var webhook = await app.Webhook(Owner, receiver.Url);
        var path = $"/api/v1/webhooks/{webhook.Id}";
        var began = app.Clock.GetUtcNow();
        await Expire("before");
        await receiver.Until(1);
        await (await Owner.Put($"{path}/disabled", new { }, Ct)).IsOk<Webhook>(Ct);
        await Expire("missed");
        await (await Owner.Put($"{path}/enabled", new { }, Ct)).IsOk<Webhook>(Ct);
        await Expire("after");

        var after = (await receiver.Until(2))[1].Json;
        Assert.Equal((3, 2), (after.GetProperty("sequence").GetInt64(), after.GetProperty("previousSequence").GetInt64()));

        var replayed = await (await Owner.Post($"{path}/replay", new { from = began, until = began.AddSeconds(1) }, Ct))
            .IsOk<ReplayRange.Replayed>(Ct);

        Assert.Equal(3, replayed.Messages);
        var all = await receiver.Until(5);
        Assert.Equal(3, all.Select(one => one.Id).Distinct().Count());
        Assert.Contains(all, one => one.Body.Contains("missed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_message_can_be_sent_again_under_its_id()
    {
        await using var receiver = await Receiver.Start();
        var webhook = await app.Webhook(Owner, receiver.Url);
        await Expire();
        var delivered = await WebhookApp.Attempted(Owner, webhook.Id, 1);

        var answer = await Owner.Post($"/api/v1/webhooks/{webhook.Id}/deliveries/{delivered.MessageId}/replay", new { }, Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Single((await receiver.Until(2)).Select(one => one.Id).Distinct());
        await (await Owner.Post($"/api/v1/webhooks/{webhook.Id}/deliveries/{Guid.CreateVersion7()}/replay", new { }, Ct))
            .IsRefused(HttpStatusCode.NotFound, "notifications.delivery_not_found", Ct);
    }

    [Fact]
    public async Task An_edit_names_the_version_it_started_from_and_what_waits_goes_to_the_new_address()
    {
        var webhook = await app.Webhook(Owner, "https://example.org/hook");
        await using var receiver = await Receiver.Start();
        var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/webhooks/{webhook.Id}")
        {
            Content = JsonContent.Create(new { url = receiver.Url, eventTypes = new[] { "order.expired" } }),
        };
        request.Headers.TryAddWithoutValidation("If-Match", "\"v1\"");

        var changed = await (await Owner.SendAsync(request, Ct)).IsOk<Webhook>(Ct);
        await Expire();

        Assert.Equal((receiver.Url, 2), (changed.Url, changed.Version));
        await receiver.Until(1);
    }

    [Fact]
    public async Task A_deleted_webhook_is_gone_with_everything_it_had()
    {
        var webhook = await app.Webhook(Owner, "https://example.org/hook");

        Assert.Equal(HttpStatusCode.OK, (await Owner.DeleteAsync($"/api/v1/webhooks/{webhook.Id}", Ct)).StatusCode);

        await (await Owner.GetAsync($"/api/v1/webhooks/{webhook.Id}", Ct))
            .IsRefused(HttpStatusCode.NotFound, "notifications.webhook_not_found", Ct);
        Assert.Equal(0, await app.SystemDb.Everywhere.One<long>(
            "select count(*) from notifications.webhook_secrets where webhook_id = @Id", new { webhook.Id }, Ct));
    }

    [Fact]
    public async Task Every_type_is_told_of_in_the_list_and_in_the_APIs_description()
    {
        var types = await (await app.Http.GetAsync("/api/v1/webhook-event-types", Ct)).IsOk<ListEventTypes.EventType[]>(Ct);
        using var document = JsonDocument.Parse(await app.Http.GetStringAsync("/openapi/v1.json", Ct));

        Assert.Equal(PublicMessages.All.Select(message => message.Type), types.Select(type => type.Type));
        Assert.Equal(types.Select(type => type.Type).Order(),
            document.RootElement.GetProperty("webhooks").EnumerateObject().Select(webhook => webhook.Name).Order());
        Assert.Contains("holdIds", document.RootElement.GetProperty("webhooks").GetProperty("order.confirmed").ToString(),
            StringComparison.Ordinal);
    }
}
