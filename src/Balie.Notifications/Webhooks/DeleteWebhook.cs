namespace Balie.Notifications.Webhooks;

/// <summary>Ends a webhook for good, with its secrets and its log.</summary>
internal static class DeleteWebhook
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/webhooks/{webhookId:guid}", Handle).Needs(Permission.WebhooksWrite);

    public static Task<Outcome<Done>> Handle(Guid webhookId, Db db, CancellationToken ct) => db.Transact<Done>(
        async tx => await tx.Run(Delete, new { webhookId }, ct) == 1
            ? new Done("The webhook is gone.")
            : NotificationsRefusals.WebhookNotFound, ct);

    private const string Delete = "delete from notifications.webhooks where org_id = @orgId and webhook_id = @webhookId";
}
