namespace Balie.Notifications.Reminders;

/// <summary>Forgets notices 90 days after they were settled, and bookings as long after they began or were given back.</summary>
internal static class ForgetNotices
{
    private const int Batch = 2_000;
    private const int MostBatches = 100;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    public static async Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        foreach (var delete in (string[])[DeleteNotices, DeleteBookings])
            for (var done = 0; done < MostBatches; done++)
                if (await db.Everywhere.Run(delete, new { before = db.Everywhere.Now - Kept, Batch }, ct) == 0) break;
    }

    private const string DeleteNotices = """
        delete from notifications.notices
        where ctid = any(array(
            select ctid
            from notifications.notices
            where state <> 'waiting' and settled_at < @before
            order by settled_at
            limit @batch))
        """;

    private const string DeleteBookings = """
        delete from notifications.bookings
        where ctid = any(array(
            select ctid
            from notifications.bookings
            where updated_at < @before and (status <> 'confirmed' or starts_at < @before)
            limit @batch))
        """;
}
