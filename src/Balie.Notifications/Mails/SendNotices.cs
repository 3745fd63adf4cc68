using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Balie.Notifications.Mails;

/// <summary>
/// Sends the mails of waiting notices, in whichever process is first: several are written at once, each goes out, and what is out is
/// settled a moment later. A crash in between sends once more, never less: under the same Message-ID, by which a receiver may know it
/// again. Files are made for the moment and kept nowhere.
/// </summary>
internal sealed partial class SendNotices : BackgroundService
{
    private const int AtOnce = 16;
    private const int MostTries = 12;
    private const int LongestRemark = 500;
    private static readonly TimeSpan LookAnyway = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestComposing = TimeSpan.FromSeconds(20);

    // So much is sent twice when a process dies.
    private static readonly TimeSpan LongestUnsettled = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(4);

    // Longer than a whole batch can take, so no other process takes what this one still holds.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    private static readonly JsonSerializerOptions AsColumns = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Bell _bell = new();
    private readonly IServiceScopeFactory _scopes;
    private readonly WorkFilter _filter;
    private readonly SystemDb _db;
    private readonly IMailSink _sink;
    private readonly Rush _rush;
    private readonly TimeProvider _clock;
    private readonly ILogger<SendNotices> _log;

    public SendNotices(
        IServiceScopeFactory scopes, SystemDb db, IMailSink sink, Signals signals, WorkFilter filter, Rush rush, TimeProvider clock,
        ILogger<SendNotices> log)
    {
        (_scopes, _db, _sink, _filter, _rush, _clock, _log) = (scopes, db, sink, filter, rush, clock, log);
        signals.On(Notices.Channel, _ => _bell.Ring(), _bell.Ring);
    }

    private sealed class Due
    {
        public Guid OrgId { get; init; }
        public string Reason { get; init; } = "";
        public string Kind { get; init; } = "";
        public Guid SubjectId { get; init; }
        public string About { get; init; } = "";
        public int Tries { get; init; }
        public DateTimeOffset CreatedAt { get; init; }

        /// <summary>Who has it already, of several.</summary>
        public string[] SentTo { get; init; } = [];
    }

    /// <param name="Failure">Null when it is settled.</param>
    private sealed record Sent(Due Due, IReadOnlyList<string> To, string? Remark, Exception? Failure);

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
        await using var scope = _scopes.CreateAsyncScope();
        var sources = due.Select(one => one.OrgId).Distinct().ToDictionary(org => org, org => new Sources(org, scope.ServiceProvider, ct));
        var sending = due.Select(one => Send(one, sources[one.OrgId], ct)).ToList();
        while (sending.Count > 0)
        {
            await Task.WhenAny(Task.WhenAll(sending), Task.Delay(LongestUnsettled, CancellationToken.None));
            var ended = sending.Where(one => one.IsCompleted).ToArray();
            sending.RemoveAll(one => ended.Contains(one));
            await Settle([.. (await Task.WhenAll(ended)).OfType<Sent>()]);
        }
        return due.Length;
    }

    /// <summary>Null for what must come again without its own fault: we are stopping, or the database is away.</summary>
    private async Task<Sent?> Send(Due due, Sources sources, CancellationToken ct)
    {
        var sentTo = new List<string>(due.SentTo);
        try
        {
            var composed = await Compose(due, sources).WaitAsync(LongestComposing, ct);
            foreach (var mail in composed.Mails.Where(mail => !sentTo.Contains(mail.Recipient)))
            {
                await _sink.Send(new OutgoingMail(MailIdOf(due, mail.Recipient), due.CreatedAt, mail), ct);
                sentTo.Add(mail.Recipient);
            }
            return new Sent(due, sentTo, composed.Remark, null);
        }
        catch (Exception) when (ct.IsCancellationRequested) { return null; }
        catch (NpgsqlException away) when (away.IsTransient) { return null; }
        catch (Exception failure) { return new Sent(due, sentTo, null, failure); }
    }

    private static Task<Composed> Compose(Due due, Sources sources) => MailKinds.Find(due.Kind) is { } kind
        ? kind.Compose(new Notice(due.OrgId, due.Reason, due.Kind, due.SubjectId, due.About), sources)
        : Task.FromResult(Composed.Skip("This version knows no such mail."));

    /// <summary>The same for every try at telling the same person the same: a UUIDv8 (RFC 9562) of a hash.</summary>
    private static Guid MailIdOf(Due due, string recipient)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{due.OrgId} {due.Reason} {recipient}")).AsSpan(0, 16);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }

    // Even while we are stopping, and for as long as it takes: what is out must not go out again.
    private async Task Settle(Sent[] sent)
    {
        if (sent.Length == 0) return;
        foreach (var one in sent) Log(one);
        var told = JsonSerializer.Serialize(sent.Select(Row), AsColumns);
        while (true)
        {
            try
            {
                await _db.Everywhere.Run(SettleAll, new { told }, CancellationToken.None);
                return;
            }
            catch (Exception away) when (away is NpgsqlException { IsTransient: true } or TimeoutException)
            {
                LogAway(_log, away.GetType().Name);
                await Task.Delay(LookAnyway);
            }
        }
    }

    private object Row(Sent sent)
    {
        var now = _clock.GetUtcNow();
        var waits = sent.Failure is not null && sent.Due.Tries < MostTries;
        return new
        {
            sent.Due.OrgId,
            sent.Due.Reason,
            State = waits ? "waiting" : sent.Failure is not null ? "failed" : sent.To.Count > 0 ? "sent" : "skipped",
            DueAt = now + Pause(sent.Due.Tries),
            SettledAt = waits ? (DateTimeOffset?)null : now,
            Remark = sent.Failure is null ? sent.Remark : RemarkOf(sent.Failure),
            // Whom it went to is nobody's business once it is done.
            SentTo = waits ? sent.To : [],
        };
    }

    private static string RemarkOf(Exception failure)
    {
        var remark = Json.Clean($"{failure.GetType().Name}: {failure.Message}") ?? failure.GetType().Name;
        return remark.Length <= LongestRemark ? remark : remark[..LongestRemark];
    }

    private void Log(Sent sent)
    {
        if (sent.Failure is null) return;
        if (sent.Due.Tries >= MostTries) LogGivenUp(_log, sent.Failure, sent.Due.Reason, sent.Due.OrgId);
        else LogFailed(_log, sent.Due.Reason, sent.Due.Tries, sent.Failure.GetType().Name);
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
        returning notices.org_id, notices.reason, notices.kind, notices.subject_id, notices.about::text, notices.tries,
            notices.created_at, notices.sent_to
        """;

    private const string SettleAll = """
        update notifications.notices
        set state = told.state, due_at = told.due_at, settled_at = told.settled_at, remark = told.remark, sent_to = told.sent_to
        from json_to_recordset(@told::json) as told (
            org_id uuid, reason text, state text, due_at timestamptz, settled_at timestamptz, remark text, sent_to text[])
        where notices.org_id = told.org_id and notices.reason = told.reason and notices.state = 'waiting'
        """;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notice {Reason} could not be sent at try {Tries} ({Failure})")]
    private static partial void LogFailed(ILogger log, string reason, int tries, string failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Notice {Reason} of organisation {OrgId} was given up")]
    private static partial void LogGivenUp(ILogger log, Exception failure, string reason, Guid orgId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notices wait: the database is away ({Reason})")]
    private static partial void LogAway(ILogger log, string reason);
}
