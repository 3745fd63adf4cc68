namespace Balie.Notifications.Webhooks;

/// <summary>Sends nothing until it is enabled again; what waits goes on waiting.</summary>
internal static class DisableWebhook
{
    private const string ByHand = "Disabled by hand.";

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/webhooks/{webhookId:guid}/disabled", Handle).Needs(Permission.WebhooksWrite);

    public static Task<Outcome<Webhook>> Handle(Guid webhookId, Db db, CancellationToken ct) => db.Transact<Webhook>(
        async tx => await tx.One<Webhook>(Disable, new { webhookId, ByHand, tx.Now }, ct) is { } webhook
            ? webhook
            : NotificationsRefusals.WebhookNotFound, ct);

    private const string Disable = $"""
        update notifications.webhooks
        set status = 'disabled', disabled_reason = coalesce(disabled_reason, @byHand), version = version + 1, updated_at = @now
        where org_id = @orgId and webhook_id = @webhookId
        returning {Webhook.Columns}
        """;
}
