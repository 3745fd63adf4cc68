using static Balie.Notifications.NotificationsRefusals;

namespace Balie.Notifications.Webhooks;

/// <summary>Sends a message of the type <c>webhook.test</c> to one webhook; how it went stands in its log a moment later.</summary>
internal static class TestWebhook
{
    public sealed record Sent(Guid MessageId);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/webhooks/{webhookId:guid}/test", Handle).Needs(Permission.WebhooksWrite).Idempotent();

    public static Task<Outcome<Sent>> Handle(Guid webhookId, Db db, CancellationToken ct) => db.Transact<Sent>(async tx =>
    {
        if (await tx.One<string>(SelectStatus, new { webhookId }, ct) is not { } status) return WebhookNotFound;
        if (status != Webhook.Enabled) return WebhookDisabled;
        // Listed in the table of public messages, like every other type.
        var test = PublicMessages.Find(PublicMessages.Test)!;
        return new Sent(await tx.Queue(test, new PublicMessages.Tested(webhookId), onlyTo: webhookId, ct));
    }, ct);

    private const string SelectStatus = "select status from notifications.webhooks where org_id = @orgId and webhook_id = @webhookId";
}
