using static Balie.Notifications.NotificationsRefusals;

namespace Balie.Notifications.Webhooks;

/// <summary>Changes where messages go and which. What waits already goes to the new address.</summary>
internal static class UpdateWebhook
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/webhooks/{webhookId:guid}", Handle).Needs(Permission.WebhooksWrite);

    public static Task<Outcome<Webhook>> Handle(
        Guid webhookId, WebhookDetails body, IfMatch ifMatch, IOptions<WebhookOptions> options, Db db, CancellationToken ct) =>
        db.Transact<Webhook>(async tx =>
        {
            if (ifMatch.Problem is { } problem) return problem;
            if (body.Wrong(options.Value.AllowPrivate) is { } wrong) return wrong;

            var change = new { webhookId, ifMatch.Version, body.Url, body.Description, body.EventTypes, tx.Now };
            if (await tx.One<Webhook>(Update, change, ct) is { } webhook) return webhook;
            return await tx.One<bool>(Webhook.Exists, new { webhookId }, ct) ? KernelRefusals.VersionChanged : WebhookNotFound;
        }, ct);

    private const string Update = $"""
        update notifications.webhooks
        set url = @url, description = @description, event_types = @eventTypes, version = version + 1, updated_at = @now
        where org_id = @orgId and webhook_id = @webhookId and (@version::int is null or version = @version)
        returning {Webhook.Columns}
        """;
}
