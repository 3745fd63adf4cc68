using Microsoft.AspNetCore.Http;

namespace Balie.Notifications.Webhooks;

/// <summary>
/// Begins to send messages of these types to an address. The secret that signs them is shown in this answer and never again; so the answer
/// is not kept under an Idempotency-Key either, and a repetition makes a second webhook, to be deleted.
/// </summary>
internal static class CreateWebhook
{
    public const int MostWebhooks = 50;

    public sealed record Created(
        Guid Id, string Secret, string Url, string Description, IReadOnlyList<string> EventTypes, string Status, int Version,
        DateTimeOffset CreatedAt) : IVersioned;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/webhooks", Handle).Needs(Permission.WebhooksWrite).WithMetadata(new AnswersWith(StatusCodes.Status201Created));

    public static async Task<Outcome<Created>> Handle(
        WebhookDetails body, Caller caller, IOptions<WebhookOptions> options, Db db, CancellationToken ct)
    {
        if (body.Wrong(options.Value.AllowPrivate) is { } wrong) return wrong;
        return await db.Transact<Created>(async tx =>
        {
            var (webhookId, secret) = (tx.NewId(), Signatures.MakeSecret());
            var row = new { webhookId, body.Url, body.Description, body.EventTypes, caller.Actor, MostWebhooks, tx.Now };
            if (await tx.Run(Insert, row, ct) == 0) return NotificationsRefusals.TooManyWebhooks;
            await tx.Run(InsertSecret, new { webhookId, secretId = tx.NewId(), secret, tx.Now }, ct);
            return new Created(
                webhookId, Signatures.Write(secret), body.Url, body.Description, body.EventTypes, Webhook.Enabled, 1, tx.Now);
        }, ct);
    }

    private const string Insert = """
        insert into notifications.webhooks (org_id, webhook_id, url, description, event_types, created_by, created_at, updated_at)
        select @orgId, @webhookId, @url, @description, @eventTypes, @actor, @now, @now
        where (select count(*) from notifications.webhooks where org_id = @orgId) < @mostWebhooks
        """;

    internal const string InsertSecret = """
        insert into notifications.webhook_secrets (org_id, webhook_id, secret_id, secret, created_at)
        values (@orgId, @webhookId, @secretId, @secret, @now)
        """;
}
