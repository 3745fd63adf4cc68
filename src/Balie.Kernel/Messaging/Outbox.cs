namespace Balie.Kernel;

/// <summary>How the outbox stands. <paramref name="Waiting"/> counts to <see cref="Outbox.LargestCount"/> and no further.</summary>
/// <param name="Waiting">Messages that at least one module which hears any has not looked at yet.</param>
/// <param name="OldestAge">How long the oldest of them has been waiting; null when none is.</param>
/// <param name="Retrying">Deliveries that failed and will be tried again.</param>
/// <param name="Dead">Deliveries that were given up.</param>
public sealed record OutboxStatus(long Waiting, TimeSpan? OldestAge, long Retrying, long Dead);

/// <summary>A message that one consumer could not handle, and why.</summary>
public sealed record DeadLetter(
    Guid MessageId, string Consumer, Guid OrgId, string Kind, string Body, DateTimeOffset PublishedAt,
    int Tries, DateTimeOffset FailedAt, string Reason);

/// <summary>
/// <c>kernel.outbox</c>: messages that committed with what they tell of. A reader orders by <c>(xid, position)</c> and stops at the oldest
/// transaction still running, so it never skips one that commits late. Here is what an operator may ask of it.
/// </summary>
public sealed class Outbox(SystemDb db)
{
    public const int LargestCount = 100_000;

    // A module that nobody ran for this long has lost its place, or its cursor would keep every message for ever.
    internal static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(7);

    private sealed record Standing(long Waiting, DateTimeOffset? Oldest, long Retrying, long Dead);

    public async Task<OutboxStatus> Status(CancellationToken ct)
    {
        var standing = await db.Everywhere.One<Standing>(Stand, new { AbandonedAfter, LargestCount }, ct)
            ?? throw new InvalidOperationException("An aggregate always has a row.");
        var age = db.Everywhere.Now - standing.Oldest;
        return new OutboxStatus(standing.Waiting, age < TimeSpan.Zero ? TimeSpan.Zero : age, standing.Retrying, standing.Dead);
    }

    /// <summary>The dead letters of all organisations, the latest first.</summary>
    public Task<DeadLetter[]> ListDeadLetters(int limit, CancellationToken ct) =>
        db.Everywhere.Many<DeadLetter>(SelectDead, new { limit }, ct);

    /// <summary>Gives every consumer that gave this message up five new tries. Returns how many did.</summary>
    public Task<int> Replay(Guid messageId, CancellationToken ct) => db.Everywhere.Run(Revive, new { messageId, db.Everywhere.Now }, ct);

    internal const string Insert = """
        insert into kernel.outbox (org_id, message_id, kind, body, created_at)
        select org_id, message_id, kind, body::json, @now
        from unnest(@orgIds, @messageIds, @kinds, @bodies) with ordinality as told (org_id, message_id, kind, body, nth)
        order by nth
        """;

    private const string Stand = """
        with slowest as (
            select xid, position
            from kernel.outbox_cursors
            where leased_until > clock_timestamp() - @AbandonedAfter
            order by xid, position
            limit 1
        ),
        waiting as (
            select created_at
            from kernel.outbox
            where (xid, position) > ((select xid from slowest), (select position from slowest))
            order by xid, position
            limit @LargestCount
        )
        select
            (select count(*) from waiting) as waiting,
            (select min(created_at) from waiting) as oldest,
            (select count(*) from kernel.undelivered where next_try_at is not null) as retrying,
            (select count(*) from kernel.undelivered where next_try_at is null) as dead
        """;

    private const string SelectDead = """
        select message_id, consumer, org_id, kind, body::text, published_at, tries, failed_at, reason
        from kernel.undelivered
        where next_try_at is null
        order by failed_at desc, message_id
        limit @limit
        """;

    private const string Revive = """
        update kernel.undelivered
        set next_try_at = @now, tries = 0
        where message_id = @messageId and next_try_at is null
        """;
}
