namespace Balie.Notifications.Webhooks;

/// <summary>One webhook, with how it stands.</summary>
internal static class SeeWebhook
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/webhooks/{webhookId:guid}", Handle).Needs(Permission.WebhooksWrite);

    public static async Task<Outcome<Webhook>> Handle(Guid webhookId, Db db, CancellationToken ct) =>
        await db.One<Webhook>(Select, new { webhookId }, ct) is { } webhook ? webhook : NotificationsRefusals.WebhookNotFound;

    private const string Select = $"select {Webhook.Columns} from notifications.webhooks where org_id = @orgId and webhook_id = @webhookId";
}
