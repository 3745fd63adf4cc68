using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Balie.Notifications.Mails;

/// <summary>
/// Makes mails of waiting notices, in whichever process is first: facts are gathered and files made outside any transaction, then the mail
/// is queued and the notice settled in one. Whatever dies in between leaves the notice to be taken again, and the mail's own reason keeps
/// it from going out twice.
/// </summary>
internal sealed partial class SendNotices : BackgroundService
{
    private const int AtOnce = 10;
    private const int MostTries = 12;
    private const int LongestRemark = 500;
    private static readonly TimeSpan LookAnyway = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestComposing = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(4);

    // Longer than a whole batch can take, so no other process takes what this one still holds.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private readonly Bell _bell = new();
    private readonly IServiceScopeFactory _scopes;
    private readonly WorkFilter _filter;
    private readonly SystemDb _db;
    private readonly Rush _rush;
    private readonly TimeProvider _clock;
    private readonly ILogger<SendNotices> _log;

    public SendNotices(
        IServiceScopeFactory scopes, SystemDb db, Signals signals, WorkFilter filter, Rush rush, TimeProvider clock,
        ILogger<SendNotices> log)
    {
        (_scopes, _db, _filter, _rush, _clock, _log) = (scopes, db, filter, rush, clock, log);
        signals.On(Notices.Channel, _ => _bell.Ring(), _bell.Ring);
    }

    private sealed record Due(Guid OrgId, string Reason, string Kind, Guid SubjectId, string About, int Tries);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A process that shows other modules leaves this to those that show ours.
        if (!_filter.Includes(NotificationsModule.SchemaName)) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                for (var began = Stopwatch.GetTimestamp(); await SendSome(stoppingToken) == AtOnce; began = Stopwatch.GetTimestamp())
                    await _rush.StepAside(Stopwatch.GetElapsedTime(began), stoppingToken);
                await _bell.Wait(LookAnyway, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception away) when (away is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                LogAway(_log, away.GetType().Name);
                await Task.Delay(LookAnyway, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public override void Dispose()
    {
        _bell.Dispose();
        base.Dispose();
    }

    /// <summary>Ten seconds after the first try, twice as long after each further one, and never more than four hours.</summary>
    public static TimeSpan Pause(int tries) =>
        FirstPause * Math.Pow(2, tries - 1) is var pause && pause < LongestPause ? pause : LongestPause;

    private async Task<int> SendSome(CancellationToken ct)
    {
        // Taking one already sets its next try, so a process that dies here leaves nothing stuck.
        var due = await _db.Everywhere.Many<Due>(Take, new { now = _clock.GetUtcNow(), Lease, AtOnce }, ct);
        foreach (var organisation in due.GroupBy(one => one.OrgId)) await SendTogether(organisation.Key, [.. organisation], ct);
        return due.Length;
    }

    /// <summary>Whatever goes wrong with one notice must not keep back the others.</summary>
    private async Task SendTogether(Guid orgId, Due[] due, CancellationToken ct)
    {
        var made = new List<(Due Due, Composed Composed)>();
        foreach (var one in due)
        {
            try { made.Add((one, await Compose(one, ct))); }
            catch (Exception failure) when (IsItsOwn(failure, ct)) { await Note(one, failure, ct); }
        }
        if (made.Count == 0) return;
        // In one transaction, as a rule; what spoils it for all is found by trying them one by one.
        try { await Queue(orgId, made, ct); }
        catch (Exception failure) when (made.Count > 1 && IsItsOwn(failure, ct))
        {
            foreach (var one in made) await QueueAlone(orgId, one, ct);
        }
        catch (Exception failure) when (made.Count == 1 && IsItsOwn(failure, ct)) { await Note(made[0].Due, failure, ct); }
    }

    private async Task QueueAlone(Guid orgId, (Due Due, Composed Composed) one, CancellationToken ct)
    {
        try { await Queue(orgId, [one], ct); }
        catch (Exception failure) when (IsItsOwn(failure, ct)) { await Note(one.Due, failure, ct); }
    }

    private Task Queue(Guid orgId, IReadOnlyList<(Due Due, Composed Composed)> made, CancellationToken ct) =>
        _db.As(orgId).Transact(async tx =>
        {
            foreach (var (due, composed) in made)
                foreach (var mail in composed.Mails) await tx.Send(mail with { DedupeKey = $"{due.Reason}:{mail.Recipient}" }, ct);
            await tx.Run(Settle, new
            {
                reasons = made.Select(one => one.Due.Reason).ToArray(),
                states = made.Select(one => one.Composed.Mails.Count > 0 ? "sent" : "skipped").ToArray(),
                remarks = made.Select(one => one.Composed.Remark).ToArray(),
                tx.Now,
            }, ct);
        }, ct);

    // A database that is away is nobody's fault: all of it comes again.
    private static bool IsItsOwn(Exception failure, CancellationToken ct) =>
        !ct.IsCancellationRequested && failure is not NpgsqlException { IsTransient: true };

    private async Task<Composed> Compose(Due due, CancellationToken ct)
    {
        if (MailKinds.Find(due.Kind) is not { } kind) return Composed.Skip("This version knows no such mail.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(LongestComposing);
        await using var scope = _scopes.CreateAsyncScope();
        var notice = new Notice(due.OrgId, due.Reason, due.Kind, due.SubjectId, due.About);
        return await kind.Compose(notice, scope.ServiceProvider.GetRequiredService<Sources>(), limit.Token);
    }

    private async Task Note(Due due, Exception failure, CancellationToken ct)
    {
        var isLast = due.Tries >= MostTries;
        var remark = Json.Clean($"{failure.GetType().Name}: {failure.Message}") ?? failure.GetType().Name;
        await _db.Everywhere.Run(KeepForLater, new
        {
            ofOrgId = due.OrgId,
            due.Reason,
            state = isLast ? "failed" : "waiting",
            dueAt = _clock.GetUtcNow() + Pause(due.Tries),
            settledAt = isLast ? _clock.GetUtcNow() : (DateTimeOffset?)null,
            remark = remark.Length <= LongestRemark ? remark : remark[..LongestRemark],
        }, ct);
        if (isLast) LogGivenUp(_log, failure, due.Reason, due.OrgId);
        else LogFailed(_log, due.Reason, due.Tries, failure.GetType().Name);
    }

    private const string Take = """
        update notifications.notices
        set tries = tries + 1, due_at = @now + @lease, remark = null
        from (
            select org_id, reason
            from notifications.notices
            where state = 'waiting' and due_at <= @now
            order by due_at
            limit @atOnce
            for update skip locked
        ) due
        where notices.org_id = due.org_id and notices.reason = due.reason
        returning notices.org_id, notices.reason, notices.kind, notices.subject_id, notices.about::text, notices.tries
        """;

    private const string Settle = """
        update notifications.notices
        set state = made.state, remark = made.remark, settled_at = @now
        from unnest(@reasons::text[], @states::text[], @remarks::text[]) as made (reason, state, remark)
        where org_id = @orgId and notices.reason = made.reason and notices.state = 'waiting'
        """;

    private const string KeepForLater = """
        update notifications.notices
        set state = @state, due_at = @dueAt, settled_at = @settledAt, remark = @remark
        where org_id = @ofOrgId and reason = @reason and state = 'waiting'
        """;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notice {Reason} could not be made at try {Tries} ({Failure})")]
    private static partial void LogFailed(ILogger log, string reason, int tries, string failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Notice {Reason} of organisation {OrgId} was given up")]
    private static partial void LogGivenUp(ILogger log, Exception failure, string reason, Guid orgId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notices wait: the database is away ({Reason})")]
    private static partial void LogAway(ILogger log, string reason);
}
