using Balie.Notifications.Webhooks;
using static Balie.Notifications.NotificationsRefusals;

namespace Balie.Notifications.Deliveries;

/// <summary>
/// Sends everything of a stretch of time again that the webhook wants, under the same ids: also what it never got because it was switched
/// off, or did not ask for then. For a receiver that lost what it had.
/// </summary>
internal static class ReplayRange
{
    public const int MostMessages = 10_000;

    public sealed record Range(DateTimeOffset From, DateTimeOffset Until);

    public sealed record Replayed(int Messages);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/webhooks/{webhookId:guid}/replay", Handle).Needs(Permission.WebhooksWrite).Idempotent();

    public static Task<Outcome<Replayed>> Handle(Guid webhookId, Range body, Db db, CancellationToken ct) =>
        db.Transact<Replayed>(async tx =>
        {
            if (body.From >= body.Until) return RangeEmpty;
            if (!await tx.One<bool>(Webhook.Exists, new { webhookId }, ct)) return WebhookNotFound;
            var range = new { webhookId, body.From, body.Until, PublicMessages.Everything, MostMessages, tx.Now };
            if (await tx.One<long>(Count, range, ct) > MostMessages) return RangeTooLong;

            var messages = await tx.Run(Begin, range, ct);
            tx.Wake();
            return new Replayed(messages);
        }, ct);

    private const string Wanted = """
        from notifications.webhook_messages as message
        join notifications.webhooks as webhook using (org_id)
        where message.org_id = @orgId and webhook.webhook_id = @webhookId and message.occurred_at between @from and @until
            and webhook.event_types && array[message.type, @everything]
        """;

    private const string Count = $"select count(*) from (select 1 {Wanted} limit @mostMessages + 1) as wanted";

    // One that was never sent says only that there was something before it, as far as the numbers of the organisation go.
    private const string Begin = $"""
        insert into notifications.webhook_deliveries (org_id, webhook_id, message_id, previous_sequence, due_at, created_at)
        select message.org_id, webhook.webhook_id, message.message_id, message.sequence - 1, @now, @now
        {Wanted}
        order by message.sequence
        on conflict (org_id, webhook_id, message_id) do update
        set state = 'waiting', settled_at = null, tries = 0, due_at = excluded.due_at
        """;
}
