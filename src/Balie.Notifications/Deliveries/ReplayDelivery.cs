using Balie.Notifications.Webhooks;

namespace Balie.Notifications.Deliveries;

/// <summary>Sends one message again, under the same id: with eleven new attempts, whatever became of it before.</summary>
internal static class ReplayDelivery
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/webhooks/{webhookId:guid}/deliveries/{messageId:guid}/replay", Handle).Needs(Permission.WebhooksWrite).Idempotent();

    public static Task<Outcome<Done>> Handle(Guid webhookId, Guid messageId, Db db, CancellationToken ct) =>
        db.Transact<Done>(async tx =>
        {
            if (await tx.Run(Begin, new { webhookId, messageId, tx.Now }, ct) == 0) return NotificationsRefusals.DeliveryNotFound;
            tx.Wake();
            return new Done("The message is on its way again.");
        }, ct);

    private const string Begin = """
        update notifications.webhook_deliveries
        set state = 'waiting', settled_at = null, tries = 0, due_at = @now
        where org_id = @orgId and webhook_id = @webhookId and message_id = @messageId
        """;
}
