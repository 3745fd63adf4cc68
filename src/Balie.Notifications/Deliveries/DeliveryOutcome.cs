using Balie.Notifications.Mails;
using Balie.Notifications.Webhooks;

namespace Balie.Notifications.Deliveries;

/// <summary>What one attempt means for its delivery and its webhook, written down in one transaction.</summary>
/// <param name="Attempts">All attempts ever, this one included; whoever comes after another changes nothing.</param>
/// <param name="Tries">Those since the delivery was last begun.</param>
internal sealed record DeliveryOutcome(
    Guid WebhookId, Guid MessageId, int Attempts, int Tries, string Url, Attempt Attempt)
{
    /// <summary>A receiver that has answered nothing for so long is not there any more.</summary>
    public static readonly TimeSpan LongestFailing = TimeSpan.FromDays(5);

    private const string Gone = "The receiver answered 410 Gone.";
    private const string NeverAnswered = "A message could not be delivered in three days, and no other was either.";
    private const string FailedTooLong = "No message could be delivered for five days.";

    /// <param name="chance">From 0 to 1, for the pause before another try.</param>
    public async Task Record(Tx tx, double chance, CancellationToken ct)
    {
        var pause = Attempt.IsGone ? null : Schedule.PauseAfter(Tries, Attempt.RetryAfter, chance);
        var state = Attempt.Error is null ? "delivered" : pause is null ? "failed" : "waiting";
        var settled = new { WebhookId, MessageId, Attempts, state, dueAt = tx.Now + pause, tx.Now };
        // One that was deleted meanwhile, or taken again after its lease, is no longer ours to tell of.
        if (await tx.Run(Settle, settled, ct) == 0) return;

        await tx.Run(Log, new
        {
            WebhookId,
            MessageId,
            Attempts,
            Attempt.At,
            durationMs = (int)Attempt.Duration.TotalMilliseconds,
            Attempt.Status,
            Attempt.Error,
            Attempt.Response,
        }, ct);
        if (Attempt.Error is null)
        {
            await tx.Run(Recover, new { WebhookId }, ct);
            return;
        }
        var failing = await tx.One<Failing>(Fail, new { WebhookId, MessageId, firstAttempt = Attempts - Tries + 1, Attempt.At }, ct);
        // Null when the webhook was deleted meanwhile.
        if (failing is not null && ReasonToDisable(failing, isLast: pause is null, tx.Now) is { } reason) await Disable(tx, reason, ct);
    }

    private sealed record Failing(DateTimeOffset Since, DateTimeOffset FirstTriedAt);

    private string? ReasonToDisable(Failing failing, bool isLast, DateTimeOffset now)
    {
        if (Attempt.IsGone) return Gone;
        // A success in between, of any message, would have begun the failing anew.
        if (isLast && failing.Since <= failing.FirstTriedAt) return NeverAnswered;
        return now - failing.Since >= LongestFailing ? FailedTooLong : null;
    }

    private async Task Disable(Tx tx, string reason, CancellationToken ct)
    {
        if (await tx.Run(DisableIfEnabled, new { WebhookId, reason, tx.Now }, ct) == 0) return;
        var facts = new WebhookDisabledMail.Facts(Url, reason);
        await tx.Notify(WebhookDisabledMail.Kind.Name, WebhookId, facts, ct, once: Signatures.Timestamp(tx.Now));
    }

    private const string Settle = """
        update notifications.webhook_deliveries
        set state = @state, due_at = coalesce(@dueAt, due_at), leased_until = null, settled_at = case when @state <> 'waiting' then @now end
        where org_id = @orgId and webhook_id = @webhookId and message_id = @messageId and attempts = @attempts and state = 'waiting'
        """;

    private const string Log = """
        insert into notifications.webhook_attempts
            (org_id, webhook_id, message_id, attempt, attempted_at, duration_ms, status, error, response)
        values (@orgId, @webhookId, @messageId, @attempts, @at, @durationMs, @status, @error, @response)
        """;

    private const string Recover = """
        update notifications.webhooks
        set failing_since = null
        where org_id = @orgId and webhook_id = @webhookId and failing_since is not null
        """;

    private const string Fail = """
        update notifications.webhooks
        set failing_since = coalesce(failing_since, @at)
        where org_id = @orgId and webhook_id = @webhookId
        returning failing_since as since, (
            select attempted_at
            from notifications.webhook_attempts
            where org_id = @orgId and webhook_id = @webhookId and message_id = @messageId and attempt = @firstAttempt) as first_tried_at
        """;

    private const string DisableIfEnabled = """
        update notifications.webhooks
        set status = 'disabled', disabled_reason = @reason, version = version + 1, updated_at = @now
        where org_id = @orgId and webhook_id = @webhookId and status = 'enabled'
        """;
}
