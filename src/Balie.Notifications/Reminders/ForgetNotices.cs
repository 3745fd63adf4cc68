namespace Balie.Notifications.Reminders;

/// <summary>
/// Forgets notices 90 days after they were settled, and bookings, with what they were bought with, as long after they began or were given
/// back.
/// </summary>
internal static class ForgetNotices
{
    private const int Batch = 2_000;
    private const int MostBatches = 100;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    public static async Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        foreach (var delete in (string[])[DeleteNotices, DeleteBookings, DeletePurchases])
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

    private const string DeletePurchases = """
        delete from notifications.purchases
        where ctid = any(array(
            select purchase.ctid
            from notifications.purchases as purchase
            where bought_at < @before and not exists (
                select from notifications.bookings
                where bookings.org_id = purchase.org_id and bookings.booking_id = purchase.booking_id)
            limit @batch))
        """;
}
