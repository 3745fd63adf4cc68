using System.Text.Json;
using Balie.Payments.Attempts;
using Balie.Payments.Providers;

namespace Balie.Payments.Webhooks;

/// <summary>
/// Does what webhooks ask for: looks at the attempt they name. One that names nothing we know waits, because a webhook can be faster than
/// our own commit, and is parked for staff after a day; none is ever dropped.
/// </summary>
internal sealed partial class ProcessWebhooks(SystemDb db, SyncAttempt sync, ILogger<ProcessWebhooks> log)
{
    public const string Channel = "payments_webhooks";
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromHours(24);

    public sealed record Due(
        Guid OrgId, Guid WebhookId, Guid AccountId, string Kind, string? ProviderRef, Guid? AttemptId, string? Claimed, string Event,
        DateTimeOffset ReceivedAt)
    {
        /// <summary>Others that ask to look at the same payment, known before we look: one look answers them all.</summary>
        public Guid[] Others { get; init; } = [];
    }

    /// <summary>Takes what is due, at most so many. Of several that ask to look at the same payment one is enough.</summary>
    public async Task<Due[]> Take(int atMost, CancellationToken ct)
    {
        var due = await db.Everywhere.Many<Due>(
            TakeDue, new { db.Everywhere.Now, firstPauseSeconds = FirstPause.TotalSeconds, atMost }, ct);
        return
        [
            .. due.GroupBy(one => one.Claimed is null && one.ProviderRef is not null
                    ? (one.AccountId, one.ProviderRef)
                    : (one.WebhookId, ""))
                .Select(same => Together([.. same.OrderByDescending(one => one.ReceivedAt)])),
        ];
    }

    public async Task Run(Due due, CancellationToken ct)
    {
        var organisation = db.As(due.OrgId);
        if (await organisation.One<Attempt>(FindAttempt, new { due.AccountId, due.ProviderRef, due.AttemptId }, ct) is not { } attempt)
        {
            await Wait(organisation, due, "it names no payment that we know", ct);
            return;
        }
        var wish = new SyncAttempt.Wish("webhook", due.Kind,
            Verified: due.Claimed is null ? null : JsonSerializer.Deserialize<ClaimedChange>(due.Claimed, Json.Options),
            PaymentRef: due.ProviderRef, Raw: due.Event,
            With: (tx, token) => Finish(tx, due, token));
        try { await sync.Run(organisation, attempt, wish, ct); }
        catch (ProviderAwayException away) { await Wait(organisation, due, away.Message, ct); }
        catch (ProviderRefusedException no) { await Wait(organisation, due, $"{no.Code}: {no.Message}", ct); }
    }

    private static Due Together(Due[] same) => same[0] with { Others = [.. same.Skip(1).Select(one => one.WebhookId)] };

    /// <summary>
    /// With it, the others it was taken with; not those that came while we looked, for what they tell of may be younger than what we saw.
    /// False when somebody did that already.
    /// </summary>
    private static async Task<bool> Finish(Tx tx, Due due, CancellationToken ct)
    {
        if (await tx.Run(Settle, new { ids = new[] { due.WebhookId }, tx.Now }, ct) == 0) return false;
        if (due.Others.Length > 0) await tx.Later(Settle, new { ids = due.Others, tx.Now }, ct);
        return true;
    }

    private async Task Wait(Db organisation, Due due, string problem, CancellationToken ct)
    {
        var parked = due.ReceivedAt + Patience <= organisation.Now;
        if (parked) LogParked(log, due.WebhookId, problem);
        await organisation.Run(
            parked ? Park : Note, new { due.WebhookId, problem = AttemptLog.Clip(problem, 500) }, ct);
    }

    // Each pause doubles: five seconds, ten, … at most an hour.
    private const string TakeDue = """
        update payments.webhooks
        set tries = tries + 1,
            next_try_at = @now + make_interval(secs => least(@firstPauseSeconds * power(2, least(tries, 20)), 3600))
        from (
            select org_id, webhook_id
            from payments.webhooks
            where next_try_at <= @now
            order by next_try_at
            limit @atMost
            for update skip locked
        ) due
        where webhooks.org_id = due.org_id and webhooks.webhook_id = due.webhook_id
        returning webhooks.org_id, webhooks.webhook_id, webhooks.account_id, webhooks.kind, webhooks.provider_ref, webhooks.attempt_id,
            webhooks.claimed::text as claimed, webhooks.event, webhooks.received_at
        """;

    // An id of ours that travelled along is believed only for an attempt that this account has, or is about to have.
    private const string FindAttempt = $"""
        select {Attempt.Columns}
        from payments.attempts
        where org_id = @orgId and account_id = @accountId
            and (provider_ref = @providerRef or payment_ref = @providerRef or attempt_id = @attemptId::uuid)
        order by provider_ref is not distinct from @providerRef desc, attempt_id
        limit 1
        """;

    private const string Settle = """
        update payments.webhooks
        set state = 'done', processed_at = @now, next_try_at = null, problem = ''
        where org_id = @orgId and webhook_id = any(@ids) and state = 'waiting'
        """;

    private const string Note = "update payments.webhooks set problem = @problem where org_id = @orgId and webhook_id = @webhookId";

    private const string Park = """
        update payments.webhooks
        set state = 'parked', next_try_at = null, problem = @problem
        where org_id = @orgId and webhook_id = @webhookId and state = 'waiting'
        """;

    [LoggerMessage(Level = LogLevel.Error, Message = "Webhook {WebhookId} is parked for staff: {Problem}")]
    private static partial void LogParked(ILogger log, Guid webhookId, string problem);
}
