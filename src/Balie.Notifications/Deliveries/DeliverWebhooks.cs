using Balie.Notifications.Webhooks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Balie.Notifications.Deliveries;

/// <summary>
/// Carries waiting messages to their receivers, in whichever process is first. A delivery is leased while it is on its way, so a process
/// that dies leaves it to be tried again; its id stays the same, by which a receiver knows a repetition. No receiver has more than a few
/// at once, so that one who is slow keeps nobody else waiting.
/// </summary>
internal sealed partial class DeliverWebhooks : BackgroundService
{
    private const int MostAtOnce = 32;
    private const int MostPerWebhook = 4;
    private const int Reach = 2_000;
    private static readonly TimeSpan LookAnyway = TimeSpan.FromSeconds(1);

    // Longer than any attempt takes.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    private readonly Bell _bell = new();
    private readonly WorkFilter _filter;
    private readonly SystemDb _db;
    private readonly Post _post;
    private readonly TimeProvider _clock;
    private readonly ILogger<DeliverWebhooks> _log;

    public DeliverWebhooks(
        SystemDb db, Post post, Signals signals, WorkFilter filter, TimeProvider clock, ILogger<DeliverWebhooks> log)
    {
        (_db, _post, _filter, _clock, _log) = (db, post, filter, clock, log);
        signals.On(Broadcasting.Channel, _ => _bell.Ring(), _bell.Ring);
    }

    private sealed record Due(
        Guid OrgId, Guid WebhookId, Guid MessageId, int Attempts, int Tries, long PreviousSequence, long Sequence,
        string Type, string Data, DateTimeOffset OccurredAt, string Url);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A process that shows other modules leaves this to those that show ours.
        if (!_filter.Includes(NotificationsModule.SchemaName)) return;
        var running = new List<Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                running.RemoveAll(one => one.IsCompleted);
                var taken = running.Count < MostAtOnce ? await TakeSome(MostAtOnce - running.Count, stoppingToken) : [];
                running.AddRange(taken.Select(due => Deliver(due, stoppingToken)));
                if (taken.Length == 0 || running.Count == MostAtOnce) await _bell.Wait(LookAnyway, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { break; }
            catch (Exception away) when (away is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                LogAway(_log, away.GetType().Name);
                await Task.Delay(LookAnyway, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        await Task.WhenAll(running);
    }

    public override void Dispose()
    {
        _bell.Dispose();
        base.Dispose();
    }

    private Task<Due[]> TakeSome(int atOnce, CancellationToken ct) => _db.Everywhere.Many<Due>(
        Take, new { now = _clock.GetUtcNow(), Lease, Reach, MostPerWebhook, atOnce }, ct);

    /// <summary>Never throws: what cannot even be written down is tried again when its lease ends.</summary>
    private async Task Deliver(Due due, CancellationToken ct)
    {
        try
        {
            var key = new { due.WebhookId, ofOrgId = due.OrgId, _db.Everywhere.Now };
            var secrets = await _db.Everywhere.Many<byte[]>(SelectSecrets, key, ct);
            var envelope = new Envelope(due.MessageId, due.Type, due.Sequence, due.PreviousSequence, due.Data, due.OccurredAt);
            var attempt = await _post.Send(new Uri(due.Url), envelope, secrets, ct);
            var delivery = new DeliveryOutcome(due.WebhookId, due.MessageId, due.Attempts, due.Tries, due.Url, attempt);
            await _db.As(due.OrgId).Transact(tx => delivery.Record(tx, Random.Shared.NextDouble(), ct), ct);
            if (attempt.Error is not null) LogFailed(_log, due.MessageId, due.WebhookId, due.Tries, attempt.Status ?? 0);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested) { }
        catch (Exception trouble) { LogTrouble(_log, trouble, due.MessageId, due.WebhookId); }
        finally { _bell.Ring(); }
    }

    // The conditions stand in the locking part as well: whoever waited there looks at the row as it has become.
    private const string Take = """
        with busy as (
            select org_id, webhook_id, count(*) as deliveries
            from notifications.webhook_deliveries
            where leased_until > @now
            group by org_id, webhook_id
        ),
        due as (
            select org_id, webhook_id, message_id, due_at
            from notifications.webhook_deliveries
            join notifications.webhooks using (org_id, webhook_id)
            where state = 'waiting' and due_at <= @now and webhooks.status = 'enabled'
            order by due_at
            limit @reach
        ),
        ranked as (
            select org_id, webhook_id, message_id,
                row_number() over (partition by org_id, webhook_id order by due_at, message_id) + coalesce(busy.deliveries, 0) as place
            from due
            left join busy using (org_id, webhook_id)
        ),
        taken as (
            select delivery.org_id, delivery.webhook_id, delivery.message_id
            from notifications.webhook_deliveries as delivery
            join ranked using (org_id, webhook_id, message_id)
            where ranked.place <= @mostPerWebhook and delivery.state = 'waiting' and delivery.due_at <= @now
            order by delivery.due_at
            limit @atOnce
            for update of delivery skip locked
        )
        update notifications.webhook_deliveries as delivery
        set attempts = attempts + 1, tries = tries + 1, due_at = @now + @lease, leased_until = @now + @lease
        from taken
        join notifications.webhook_messages as message using (org_id, message_id)
        join notifications.webhooks as webhook using (org_id, webhook_id)
        where delivery.org_id = taken.org_id and delivery.webhook_id = taken.webhook_id and delivery.message_id = taken.message_id
        returning delivery.org_id, delivery.webhook_id, delivery.message_id, delivery.attempts, delivery.tries,
            delivery.previous_sequence, message.sequence, message.type, message.data::text, message.occurred_at, webhook.url
        """;

    private const string SelectSecrets = """
        select secret
        from notifications.webhook_secrets
        where org_id = @ofOrgId and webhook_id = @webhookId and (expires_at is null or expires_at > @now)
        order by created_at desc
        """;

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Message {MessageId} did not reach webhook {WebhookId} at try {Tries} ({Status})")]
    private static partial void LogFailed(ILogger log, Guid messageId, Guid webhookId, int tries, int status);

    [LoggerMessage(Level = LogLevel.Error, Message = "How message {MessageId} reached webhook {WebhookId} could not be recorded")]
    private static partial void LogTrouble(ILogger log, Exception trouble, Guid messageId, Guid webhookId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhooks wait: the database is away ({Reason})")]
    private static partial void LogAway(ILogger log, string reason);
}
