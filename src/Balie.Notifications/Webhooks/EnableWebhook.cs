using static Balie.Notifications.NotificationsRefusals;

namespace Balie.Notifications.Webhooks;

/// <summary>Sends again. What waited goes out at once; what was said meanwhile can be replayed by its time.</summary>
internal static class EnableWebhook
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/webhooks/{webhookId:guid}/enabled", Handle).Needs(Permission.WebhooksWrite);

    public static Task<Outcome<Webhook>> Handle(Guid webhookId, Db db, CancellationToken ct) => db.Transact<Webhook>(async tx =>
    {
        if (await tx.One<Webhook>(Enable, new { webhookId, tx.Now }, ct) is not { } webhook) return WebhookNotFound;
        tx.Wake();
        return webhook;
    }, ct);

    private const string Enable = $"""
        update notifications.webhooks
        set status = 'enabled', disabled_reason = null, failing_since = null, version = version + 1, updated_at = @now
        where org_id = @orgId and webhook_id = @webhookId
        returning {Webhook.Columns}
        """;
}
