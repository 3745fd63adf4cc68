using System.Text.Json;

namespace Balie.Notifications.Deliveries;

/// <summary>One delivery with what was sent and every attempt.</summary>
internal static class SeeDelivery
{
    /// <param name="Body">The bytes that were signed, as text.</param>
    public sealed record DeliveryView(
        Guid MessageId, string Type, string State, JsonElement Body, IReadOnlyList<AttemptRow> Attempts);

    /// <param name="Status">What the receiver answered; null when it did not.</param>
    /// <param name="Error">Why it counts as failed.</param>
    /// <param name="Response">The beginning of the answer.</param>
    public sealed record AttemptRow(
        int Attempt, DateTimeOffset AttemptedAt, int DurationMs, int? Status, string? Error, string? Response);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/webhooks/{webhookId:guid}/deliveries/{messageId:guid}", Handle).Needs(Permission.WebhooksWrite);

    public static async Task<Outcome<DeliveryView>> Handle(Guid webhookId, Guid messageId, Db db, CancellationToken ct)
    {
        if (await db.One<Row>(Select, new { webhookId, messageId }, ct) is not { } row) return NotificationsRefusals.DeliveryNotFound;
        var envelope = new Envelope(messageId, row.Type, row.Sequence, row.PreviousSequence, row.Data, row.OccurredAt);
        var attempts = await db.Many<AttemptRow>(SelectAttempts, new { webhookId, messageId }, ct);
        return new DeliveryView(messageId, row.Type, row.State, JsonElement.Parse(envelope.Write()), attempts);
    }

    private sealed record Row(
        string Type, string State, long Sequence, long PreviousSequence, string Data, DateTimeOffset OccurredAt);

    private const string Select = """
        select message.type, delivery.state, message.sequence, delivery.previous_sequence, message.data::text, message.occurred_at
        from notifications.webhook_deliveries as delivery
        join notifications.webhook_messages as message using (org_id, message_id)
        where delivery.org_id = @orgId and delivery.webhook_id = @webhookId and delivery.message_id = @messageId
        """;

    private const string SelectAttempts = """
        select attempt, attempted_at, duration_ms, status, error, response
        from notifications.webhook_attempts
        where org_id = @orgId and webhook_id = @webhookId and message_id = @messageId
        order by attempt desc
        limit 100
        """;
}
