using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Balie.Kernel;

/// <summary>A message on its way to one consumer.</summary>
internal sealed record Letter(Guid OrgId, Guid MessageId, string Kind, string Body, DateTimeOffset PublishedAt);

/// <summary>
/// Hands one message to one consumer: its effect and its receipt in the inbox commit together, so whatever is handed over again has no
/// second effect. What fails is set aside for another try, and after five of them it is a dead letter.
/// </summary>
internal sealed partial class Delivery(SystemDb db, IServiceScopeFactory scopes, ILogger<Delivery> log)
{
    public const int Tries = 5;
    private static readonly TimeSpan LongestHandling = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)];

    public async Task Hand(Letter letter, Subscription to, int triedBefore, CancellationToken ct)
    {
        using var span = Instruments.Source.StartActivity($"{to.Consumer} {letter.Kind}", ActivityKind.Consumer);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(LongestHandling);
            if (await Handle(letter, to, limit.Token)) BackgroundMetrics.Delivered(to.Consumer);
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            span?.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
            await SetAside(letter, to, triedBefore + 1, failure, ct);
        }
    }

    /// <returns>False when the consumer had this message before.</returns>
    private async Task<bool> Handle(Letter letter, Subscription to, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var outcome = await db.As(letter.OrgId).Transact<bool>(async tx =>
        {
            var key = new { to.Consumer, letter.MessageId, tx.Now };
            var isNew = await tx.Run(Receive, key, ct) == 1;
            if (isNew) await to.Handle(letter.Body, tx, scope.ServiceProvider, ct);
            await tx.Run(Settle, key, ct);
            return isNew;
        }, ct);
        return outcome.Value;
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
        values (@orgId, @Consumer, @MessageId, @Now)
        on conflict do nothing
        """;

    private const string Settle =
        "delete from kernel.undelivered where org_id = @orgId and consumer = @Consumer and message_id = @MessageId";

    private const string Keep = """
        insert into kernel.undelivered (org_id, consumer, message_id, kind, body, published_at, tries, failed_at, reason, next_try_at)
        values (@forOrgId, @Consumer, @MessageId, @Kind, @Body::json, @PublishedAt, @tries, @now, @reason, @nextTryAt)
        on conflict (org_id, consumer, message_id) do update
        set tries = excluded.tries, failed_at = excluded.failed_at, reason = excluded.reason, next_try_at = excluded.next_try_at
        """;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} failed on {Kind} {MessageId}, try {Tries}: {Reason}")]
    private static partial void LogFailed(ILogger log, string consumer, string kind, Guid messageId, int tries, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Consumer} gave up {Kind} {MessageId} of organisation {OrgId}; see balie outbox")]
    private static partial void LogDied(ILogger log, Exception failure, string consumer, string kind, Guid messageId, Guid orgId);
}
