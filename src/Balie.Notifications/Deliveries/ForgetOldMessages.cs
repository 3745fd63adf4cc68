namespace Balie.Notifications.Deliveries;

/// <summary>Forgets messages of webhooks, with their deliveries and attempts, after 30 days; secrets that have ended, at once.</summary>
internal static class ForgetOldMessages
{
    private const int Batch = 2_000;
    private const int MostBatches = 100;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public static async Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        await db.Everywhere.Run(DeleteSecrets, new { db.Everywhere.Now }, ct);
        for (var done = 0; done < MostBatches; done++)
            if (await db.Everywhere.Run(DeleteMessages, new { before = db.Everywhere.Now - Kept, Batch }, ct) == 0) return;
    }

    private const string DeleteSecrets = "delete from notifications.webhook_secrets where expires_at < @now";

    private const string DeleteMessages = """
        delete from notifications.webhook_messages
        where ctid = any(array(
            select ctid
            from notifications.webhook_messages
            where occurred_at < @before
            order by occurred_at
            limit @batch))
        """;
}
