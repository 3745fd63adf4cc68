using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Balie.Kernel;

/// <summary>A message on its way to one consumer.</summary>
internal sealed record Letter(Guid OrgId, Guid MessageId, string Kind, string Body, DateTimeOffset PublishedAt);

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
    /// Several in one transaction; when that fails they go one by one, so that one bad message spoils nothing for the others.
    /// </summary>
    public async Task Hand(IReadOnlyList<Letter> letters, Subscription to, CancellationToken ct)
    {
        if (letters.Count > 1 && await HandTogether(letters, to, ct)) return;
        foreach (var letter in letters) await Hand(letter, to, triedBefore: 0, ct);
    }

    public async Task Hand(Letter letter, Subscription to, int triedBefore, CancellationToken ct)
    {
        using var span = Instruments.Source.StartActivity($"{to.Consumer} {letter.Kind}", ActivityKind.Consumer);
        try { await Handle([letter], to, ct); }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            span?.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
            await SetAside(letter, to, triedBefore + 1, failure, ct);
        }
    }

    private async Task<bool> HandTogether(IReadOnlyList<Letter> letters, Subscription to, CancellationToken ct)
    {
        using var span = Instruments.Source.StartActivity($"{to.Consumer} {to.Kind} × {letters.Count}", ActivityKind.Consumer);
        try
        {
            await Handle(letters, to, ct);
            return true;
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            span?.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
            LogSplit(log, to.Consumer, letters.Count, to.Kind, failure.GetType().Name);
            return false;
        }
    }

    // What the consumer had before is left out: it counts as handled.
    private async Task Handle(IReadOnlyList<Letter> letters, Subscription to, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(LongestHandling);
        await using var scope = scopes.CreateAsyncScope();
        var count = await db.As(letters[0].OrgId).Transact<int>(async tx =>
        {
            var key = new { to.Consumer, messageIds = letters.Select(letter => letter.MessageId).ToArray(), tx.Now };
            var received = (await tx.Many<Guid>(Receive, key, limit.Token)).ToHashSet();
            var bodies = letters.Where(letter => received.Contains(letter.MessageId)).Select(letter => letter.Body).ToArray();
            if (bodies.Length > 0) await to.Handle(bodies, tx, scope.ServiceProvider, limit.Token);
            await tx.Run(Settle, key, limit.Token);
            return bodies.Length;
        }, limit.Token);
        BackgroundMetrics.Delivered(to.Consumer, count.Value);
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
        select @orgId, @Consumer, message_id, @Now
        from unnest(@messageIds) as w (message_id)
        on conflict do nothing
        returning message_id
        """;

    private const string Settle =
        "delete from kernel.undelivered where org_id = @orgId and consumer = @Consumer and message_id = any (@messageIds)";

    private const string Keep = """
        insert into kernel.undelivered (org_id, consumer, message_id, kind, body, published_at, tries, failed_at, reason, next_try_at)
        values (@forOrgId, @Consumer, @MessageId, @Kind, @Body::json, @PublishedAt, @tries, @now, @reason, @nextTryAt)
        on conflict (org_id, consumer, message_id) do update
        set tries = excluded.tries, failed_at = excluded.failed_at, reason = excluded.reason, next_try_at = excluded.next_try_at
        """;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} failed on {Count} {Kind} at once and gets them one by one: {Reason}")]
    private static partial void LogSplit(ILogger log, string consumer, int count, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} failed on {Kind} {MessageId}, try {Tries}: {Reason}")]
    private static partial void LogFailed(ILogger log, string consumer, string kind, Guid messageId, int tries, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Consumer} gave up {Kind} {MessageId} of organisation {OrgId}; see balie outbox")]
    private static partial void LogDied(ILogger log, Exception failure, string consumer, string kind, Guid messageId, Guid orgId);
}
