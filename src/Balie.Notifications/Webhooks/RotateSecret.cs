using Microsoft.AspNetCore.Http;
using static Balie.Notifications.NotificationsRefusals;

namespace Balie.Notifications.Webhooks;

/// <summary>
/// Makes a new secret, shown in this answer and never again. For a day messages are signed with the old one as well, so that a receiver
/// can change over without losing one.
/// </summary>
internal static class RotateSecret
{
    public static readonly TimeSpan Overlap = TimeSpan.FromDays(1);

    public sealed record Rotated(string Secret, DateTimeOffset OldSecretUntil);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/webhooks/{webhookId:guid}/secret", Handle).Needs(Permission.WebhooksWrite)
            .WithMetadata(new AnswersWith(StatusCodes.Status201Created));

    public static Task<Outcome<Rotated>> Handle(Guid webhookId, Db db, CancellationToken ct) => db.Transact<Rotated>(async tx =>
    {
        if (await tx.Run(Touch, new { webhookId, tx.Now }, ct) == 0) return WebhookNotFound;
        var (secret, until) = (Signatures.MakeSecret(), tx.Now + Overlap);
        await tx.Run(ForgetOlder, new { webhookId }, ct);
        await tx.Run(EndCurrent, new { webhookId, until }, ct);
        await tx.Run(CreateWebhook.InsertSecret, new { webhookId, secretId = tx.NewId(), secret, tx.Now }, ct);
        return new Rotated(Signatures.Write(secret), until);
    }, ct);

    private const string Touch =
        "update notifications.webhooks set version = version + 1, updated_at = @now where org_id = @orgId and webhook_id = @webhookId";

    // Rotating again at once ends the secret before the last: two are valid at most.
    private const string ForgetOlder =
        "delete from notifications.webhook_secrets where org_id = @orgId and webhook_id = @webhookId and expires_at is not null";

    private const string EndCurrent = """
        update notifications.webhook_secrets
        set expires_at = @until
        where org_id = @orgId and webhook_id = @webhookId and expires_at is null
        """;
}
