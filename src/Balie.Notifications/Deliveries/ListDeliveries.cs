using Balie.Notifications.Webhooks;
using static Balie.Notifications.NotificationsRefusals;

namespace Balie.Notifications.Deliveries;

/// <summary>What was sent to a webhook in the last 30 days, newest first: everything, or only what waits, arrived or failed.</summary>
internal static class ListDeliveries
{
    /// <param name="State">waiting, delivered or failed.</param>
    /// <param name="NextAttemptAt">While it waits.</param>
    public sealed record DeliveryRow(
        Guid MessageId, string Type, long Sequence, string State, int Attempts, DateTimeOffset? NextAttemptAt, DateTimeOffset CreatedAt,
        DateTimeOffset? SettledAt);

    private static readonly string[] States = ["waiting", "delivered", "failed"];

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/webhooks/{webhookId:guid}/deliveries", Handle).Needs(Permission.WebhooksWrite);

    public static async Task<Outcome<Page<DeliveryRow>>> Handle(
        Guid webhookId, string? state, Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is { } problem) return problem;
        if (state is not null && !States.Contains(state)) return StateUnknown;
        if (!await db.One<bool>(Webhook.Exists, new { webhookId }, ct)) return WebhookNotFound;
        var rows = await db.Many<DeliveryRow>(Select, new { webhookId, state, paging.After, paging.AfterId, paging.Take }, ct);
        return Page<DeliveryRow>.Of(rows, paging, row => (row.CreatedAt, row.MessageId));
    }

    private const string Select = """
        select delivery.message_id, message.type, message.sequence, delivery.state, delivery.attempts,
            case when delivery.state = 'waiting' then delivery.due_at end as next_attempt_at, delivery.created_at, delivery.settled_at
        from notifications.webhook_deliveries as delivery
        join notifications.webhook_messages as message using (org_id, message_id)
        where delivery.org_id = @orgId and delivery.webhook_id = @webhookId and (@state::text is null or delivery.state = @state)
            and (@after::timestamptz is null or (delivery.created_at, delivery.message_id) < (@after, @afterId))
        order by delivery.created_at desc, delivery.message_id desc
        limit @take
        """;
}
