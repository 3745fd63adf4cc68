namespace Balie.Kernel;

/// <summary>Forgets which messages were handled once the outbox itself has long forgotten them.</summary>
internal static class DeleteOldReceipts
{
    // Longer than a message is kept, or one that is delivered again would have its effect again; a module that lags keeps both longer.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(14);

    public static Task Run(SystemDb db, IServiceProvider services, CancellationToken ct) =>
        Sweep.InBatches(db, Delete, new { before = db.Everywhere.Now - Kept, Sweep.Batch }, ct);

    private const string Delete = """
        delete from kernel.inbox
        where ctid = any(array(
            select ctid
            from kernel.inbox
            where handled_at < @before
                and handled_at < coalesce((select created_at from kernel.outbox order by xid, position limit 1), @before)
            order by handled_at
            limit @Batch))
        """;
}
