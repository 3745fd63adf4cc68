using System.Text.Json;

namespace Balie.Notifications.Webhooks;

/// <summary>Hands a message on to the webhooks that want it, in the transaction that hears it.</summary>
internal static class Broadcasting
{
    /// <summary>The signal that deliveries wait.</summary>
    public const string Channel = "notifications_webhooks";

    /// <summary>Costs one look where an organisation has no webhook.</summary>
    public static Task Broadcast<TMessage>(this Tx tx, TMessage message, CancellationToken ct) where TMessage : notnull =>
        tx.BroadcastAll<TMessage>([message], ct);

    /// <summary>The same for several, in this order: still one look.</summary>
    public static async Task BroadcastAll<TMessage>(this Tx tx, IReadOnlyList<TMessage> messages, CancellationToken ct)
        where TMessage : notnull
    {
        if (PublicMessages.Find(MessageKind.Of<TMessage>()) is not { } known || !await tx.One<bool>(AnyWebhook, null, ct)) return;
        foreach (var message in messages) await tx.Queue(known, message, onlyTo: null, ct);
    }

    /// <summary>Queues a message for whoever wants its type, or for one webhook only. Returns the message's id.</summary>
    public static async Task<Guid> Queue(this Tx tx, PublicMessage known, object message, Guid? onlyTo, CancellationToken ct)
    {
        var messageId = tx.NewId();
        var data = JsonSerializer.Serialize(known.Show(message), known.Shape, Json.Options);
        await tx.Later(Insert, new { messageId, known.Type, PublicMessages.Everything, data, onlyTo, tx.Now }, ct);
        tx.Wake();
        return messageId;
    }

    public static void Wake(this Tx tx) => tx.Signal(Channel);

    private const string AnyWebhook = "select exists (select from notifications.webhooks where org_id = @orgId)";

    // The counter's row lock numbers an organisation's messages in the order in which they commit. A webhook that is switched off gets no
    // delivery, and its last number moves on all the same: when it hears again, it sees how much it missed.
    private const string Insert = """
        with counted as (
            insert into notifications.webhook_sequences (org_id, last)
            values (@orgId, 1)
            on conflict (org_id) do update set last = webhook_sequences.last + 1
            returning last
        ),
        kept as (
            insert into notifications.webhook_messages (org_id, message_id, sequence, type, data, occurred_at)
            select @orgId, @messageId, last, @type, @data::json, @now
            from counted
        ),
        wanting as (
            select webhook_id, status, last_sequence
            from notifications.webhooks
            where org_id = @orgId
                and case when @onlyTo::uuid is null then event_types && array[@type, @everything] else webhook_id = @onlyTo end
            for update
        ),
        seen as (
            update notifications.webhooks
            set last_sequence = (select last from counted)
            where org_id = @orgId and webhook_id in (select webhook_id from wanting)
        )
        insert into notifications.webhook_deliveries (org_id, webhook_id, message_id, previous_sequence, due_at, created_at)
        select @orgId, webhook_id, @messageId, last_sequence, @now, @now
        from wanting
        where status = 'enabled'
        """;
}
