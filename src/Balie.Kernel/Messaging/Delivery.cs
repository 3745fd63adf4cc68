using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Balie.Kernel;

/// <summary>A message on its way to one consumer.</summary>
internal sealed record Letter(Guid OrgId, Guid MessageId, string Kind, string Body, DateTimeOffset PublishedAt);

/// <summary>A letter and the reaction that it is for.</summary>
internal sealed record Errand(Letter Letter, Subscription To);

/// <summary>
/// Hands messages to one consumer: their effect and their receipts in the inbox commit together, so whatever is handed over again has no
/// second effect. What fails is set aside for another try, and after five of them it is a dead letter.
/// </summary>
internal sealed partial class Delivery(SystemDb db, IServiceScopeFactory scopes, ILogger<Delivery> log)
{
    public const int Tries = 5;
    private static readonly TimeSpan LongestHandling = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)];

    /// <summary>
    /// Several to one consumer in one transaction; when that fails they go one by one, so that one bad message spoils nothing for the
    /// others.
    /// </summary>
    public async Task Hand(IReadOnlyList<Errand> errands, CancellationToken ct)
    {
        if (errands.Count > 1 && await HandTogether(errands, ct)) return;
        foreach (var errand in errands) await Hand(errand, triedBefore: 0, ct);
    }

    public async Task Hand(Errand errand, int triedBefore, CancellationToken ct)
    {
        var (letter, to) = errand;
        using var span = Instruments.Source.StartActivity($"{to.Consumer} {letter.Kind}", ActivityKind.Consumer);
        try { await Handle([errand], triedBefore > 0, ct); }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            span?.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
            await SetAside(letter, to, triedBefore + 1, failure, ct);
        }
    }

    private async Task<bool> HandTogether(IReadOnlyList<Errand> errands, CancellationToken ct)
    {
        var consumer = errands[0].To.Consumer;
        using var span = Instruments.Source.StartActivity($"{consumer} × {errands.Count}", ActivityKind.Consumer);
        try
        {
            await Handle(errands, triedBefore: false, ct);
            return true;
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            span?.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
            LogSplit(log, consumer, errands.Count, failure.GetType().Name);
            return false;
        }
    }

    // What the consumer had before is left out: it counts as handled.
    private async Task Handle(IReadOnlyList<Errand> errands, bool triedBefore, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(LongestHandling);
        await using var scope = scopes.CreateAsyncScope();
        var consumer = errands[0].To.Consumer;
        var count = await db.As(errands[0].Letter.OrgId).Transact<int>(async tx =>
        {
            var key = new { consumer, messageIds = errands.Select(errand => errand.Letter.MessageId).ToArray(), tx.Now };
            var received = (await tx.Many<Guid>(Receive, key, limit.Token)).ToHashSet();
            var fresh = errands.Where(errand => received.Contains(errand.Letter.MessageId)).ToArray();
            foreach (var (to, bodies) in InARow(fresh)) await to.Handle(bodies, tx, scope.ServiceProvider, limit.Token);
            if (triedBefore) await tx.Run(Settle, key, limit.Token);
            return fresh.Length;
        }, limit.Token);
        BackgroundMetrics.Delivered(consumer, count.Value);
    }

    // Those of one kind that follow each other, so that the order over the kinds stays.
    private static IEnumerable<(Subscription To, IReadOnlyList<string> Bodies)> InARow(Errand[] errands)
    {
        for (var first = 0; first < errands.Length;)
        {
            var to = errands[first].To;
            var run = errands.Skip(first).TakeWhile(errand => errand.To == to).Select(errand => errand.Letter.Body).ToArray();
            yield return (to, run);
            first += run.Length;
        }
    }

    private async Task SetAside(Letter letter, Subscription to, int tries, Exception failure, CancellationToken ct)
    {
        var now = db.Everywhere.Now;
        var isDead = tries >= Tries;
        await db.Everywhere.Run(Keep, new
        {
            forOrgId = letter.OrgId,
            to.Consumer,
            letter.MessageId,
            letter.Kind,
            letter.Body,
            letter.PublishedAt,
            tries,
            now,
            reason = Reasons.Of(failure),
            nextTryAt = isDead ? (DateTimeOffset?)null : now + Pauses[tries - 1],
        }, ct);
        if (isDead)
        {
            BackgroundMetrics.Died(to.Consumer);
            LogDied(log, failure, to.Consumer, letter.Kind, letter.MessageId, letter.OrgId);
        }
        else
        {
            BackgroundMetrics.Failed(to.Consumer);
            LogFailed(log, to.Consumer, letter.Kind, letter.MessageId, tries, failure.GetType().Name);
        }
    }

    private const string Receive = """
        insert into kernel.inbox (org_id, consumer, message_id, handled_at)
        select @orgId, @consumer, message_id, @Now
        from unnest(@messageIds) as w (message_id)
        on conflict do nothing
        returning message_id
        """;

    private const string Settle =
        "delete from kernel.undelivered where org_id = @orgId and consumer = @consumer and message_id = any (@messageIds)";

    private const string Keep = """
        insert into kernel.undelivered (org_id, consumer, message_id, kind, body, published_at, tries, failed_at, reason, next_try_at)
        values (@forOrgId, @Consumer, @MessageId, @Kind, @Body::json, @PublishedAt, @tries, @now, @reason, @nextTryAt)
        on conflict (org_id, consumer, message_id) do update
        set tries = excluded.tries, failed_at = excluded.failed_at, reason = excluded.reason, next_try_at = excluded.next_try_at
        """;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} failed on {Count} messages at once and gets them one by one: {Reason}")]
    private static partial void LogSplit(ILogger log, string consumer, int count, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} failed on {Kind} {MessageId}, try {Tries}: {Reason}")]
    private static partial void LogFailed(ILogger log, string consumer, string kind, Guid messageId, int tries, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Consumer} gave up {Kind} {MessageId} of organisation {OrgId}; see balie outbox")]
    private static partial void LogDied(ILogger log, Exception failure, string consumer, string kind, Guid messageId, Guid orgId);
}
