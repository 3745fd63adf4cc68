using Microsoft.Extensions.DependencyInjection;

namespace Balie.Kernel;

/// <summary>
/// Forgets messages that every module has passed, a day after they were published. A module that has not read anything yet gets its place
/// first, so that nothing is forgotten before it was seen.
/// </summary>
internal static class DeleteOldMessages
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    public static async Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        var installation = services.GetRequiredService<Installation>();
        var listening = installation.Work.Where(work => work.Hears.Count > 0).Select(work => work.Module).ToArray();
        await db.Everywhere.Run(KeepPlaces, new { listening }, ct);
        await Sweep.InBatches(db, Delete, new { before = db.Everywhere.Now - Kept, Outbox.AbandonedAfter, Sweep.Batch }, ct);
    }

    private const string KeepPlaces = """
        insert into kernel.outbox_cursors (module, leased_until)
        select module, clock_timestamp()
        from unnest(@listening::text[]) as listening (module)
        on conflict do nothing
        """;

    // Oldest first, and only as far as one batch: what follows is younger.
    private const string Delete = """
        delete from kernel.outbox
        where ctid = any(array(
            select oldest.ctid
            from (select ctid, xid, position, created_at from kernel.outbox order by xid, position limit @Batch) as oldest
            where oldest.created_at < @before
                and not exists (
                    select from kernel.outbox_cursors as cursor
                    where (cursor.xid, cursor.position) < (oldest.xid, oldest.position)
                        and cursor.leased_until > clock_timestamp() - @AbandonedAfter)))
        """;
}
