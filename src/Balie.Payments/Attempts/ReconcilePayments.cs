using Balie.Payments.Providers;

namespace Balie.Payments.Attempts;

/// <summary>Asks providers about payments that we heard nothing of, and lets lapse what nobody began to pay.</summary>
internal static partial class ReconcilePayments
{
    private const int AtOnce = 100;
    private const int MostRounds = 50;
    private const int Together = 8;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    public static async Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        var sync = services.GetRequiredService<SyncAttempt>();
        var log = services.GetRequiredService<ILogger<PaymentsModule>>();
        for (var round = 0; round < MostRounds; round++)
        {
            var due = await db.Everywhere.Many<Due>(TakeDue, new { db.Everywhere.Now, Lease, AtOnce }, ct);
            var together = new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = ct };
            await Parallel.ForEachAsync(due, together, (one, token) => Look(one, db, sync, log, token));
            if (due.Length < AtOnce) return;
        }
    }

    private static async ValueTask Look(Due due, SystemDb db, SyncAttempt sync, ILogger log, CancellationToken ct)
    {
        try { await sync.Run(due.OrgId, due.AttemptId, new("clock", "nothing was heard of it", IsPoll: true), ct); }
        catch (AccountSealedException)
        {
            var organisation = db.As(due.OrgId);
            await organisation.Run(LookLater, new { due.AttemptId, at = organisation.Now + AccountSealedException.LookAgainAfter }, ct);
        }
        catch (Exception away) when (away is ProviderAwayException or ProviderRefusedException)
        {
            LogAway(log, due.AttemptId, away.Message);
        }
    }

    private sealed record Due(Guid OrgId, Guid AttemptId);

    // Taking one already sets the next look, so a provider that is away, or a process that dies, costs a few minutes.
    private const string TakeDue = """
        update payments.attempts
        set next_poll_at = @now + @lease
        from (
            select org_id, attempt_id
            from payments.attempts
            where next_poll_at <= @now
            order by next_poll_at
            limit @atOnce
            for update skip locked
        ) due
        where attempts.org_id = due.org_id and attempts.attempt_id = due.attempt_id
        returning attempts.org_id, attempts.attempt_id
        """;

    private const string LookLater = """
        update payments.attempts
        set next_poll_at = @at
        where org_id = @orgId and attempt_id = @attemptId and next_poll_at is not null
        """;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Payment {AttemptId} could not be looked at: {Reason}")]
    private static partial void LogAway(ILogger log, Guid attemptId, string reason);
}
