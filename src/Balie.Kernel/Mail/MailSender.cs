using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Balie.Kernel;

/// <summary>
/// Sends queued mail soon after its transaction commits, in whichever process is first, and tries again with growing pauses for a day.
/// Once sent or given up, its body is blanked, because it may hold a code. A crash between sending and recording sends once
/// more, never less: under the same Message-ID, by which a receiver may know it again.
/// </summary>
internal sealed partial class MailSender : BackgroundService
{
    private const int MailsAtOnce = 20;
    private const int MostTries = 13;
    private const int LongestError = 200;
    private static readonly TimeSpan LookAnyway = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(4);

    // Longer than a whole batch can take, so no other process takes what this one still holds.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenForgetting = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan KeepSettled = TimeSpan.FromDays(30);

    private readonly Bell _bell = new();
    private readonly SystemDb _db;
    private readonly IMailSink _sink;
    private readonly TimeProvider _clock;
    private readonly ILogger<MailSender> _log;
    private long? _forgotAt;

    public MailSender(SystemDb db, IMailSink sink, Signals signals, TimeProvider clock, ILogger<MailSender> log)
    {
        (_db, _sink, _clock, _log) = (db, sink, clock, log);
        signals.On(Mails.Channel, _ => _bell.Ring(), _bell.Ring);
    }

    private sealed record Due(
        Guid OrgId, Guid MailId, string Recipient, string Subject, string Body, string Html, string? ReplyTo, int Tries,
        DateTimeOffset CreatedAt);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await SendSome(stoppingToken) == MailsAtOnce) { }
                if (_forgotAt is null || _clock.GetElapsedTime(_forgotAt.Value) > BetweenForgetting)
                {
                    await _db.Everywhere.Run(ForgetSettled, new { before = _db.Everywhere.Now - KeepSettled }, stoppingToken);
                    _forgotAt = _clock.GetTimestamp();
                }
                await _bell.Wait(LookAnyway, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception away) when (away is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                LogAway(_log, away.GetType().Name);
                await Task.Delay(LookAnyway, _clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public override void Dispose()
    {
        _bell.Dispose();
        base.Dispose();
    }

    private async Task<int> SendSome(CancellationToken ct)
    {
        // Taking a mail already sets its next try, so a process that dies here leaves nothing stuck.
        var now = _clock.GetUtcNow();
        var due = await _db.Everywhere.Many<Due>(Take, new { now, Lease, atOnce = MailsAtOnce }, ct);
        foreach (var mail in due) await SendOne(mail, ct);
        return due.Length;
    }

    private async Task SendOne(Due due, CancellationToken ct)
    {
        var error = await Try(due, ct);
        var (mail, now) = (new { ofOrgId = due.OrgId, due.MailId, error }, _clock.GetUtcNow());
        if (error is not null && due.Tries < MostTries)
            await _db.Everywhere.Run(Note, new { mail.ofOrgId, mail.MailId, error, dueAt = now + Pause(due.Tries) }, ct);
        else
            await _db.Everywhere.Run(
                Settle, new { mail.ofOrgId, mail.MailId, error, state = error is null ? "sent" : "failed", now }, ct);
    }

    /// <summary>Half a minute after the first try, twice as long after each further one, and never more than four hours.</summary>
    public static TimeSpan Pause(int tries) =>
        FirstPause * Math.Pow(2, tries - 1) is var pause && pause < LongestPause ? pause : LongestPause;

    /// <summary>Whatever goes wrong with one mail, at a server or a disk that is not ours, must not keep back the others.</summary>
    private async Task<string?> Try(Due due, CancellationToken ct)
    {
        try
        {
            var mail = new Mail(due.Recipient, due.Subject, due.Body) { Html = due.Html, ReplyTo = due.ReplyTo };
            await _sink.Send(new OutgoingMail(due.MailId, due.CreatedAt, mail), ct);
            return null;
        }
        catch (Exception failed) when (!ct.IsCancellationRequested)
        {
            LogFailed(_log, due.MailId, due.Tries, failed.GetType().Name);
            return failed.Message.Length <= LongestError ? failed.Message : failed.Message[..LongestError];
        }
    }

    private const string Take = """
        update kernel.mails
        set tries = tries + 1, due_at = @now + @Lease, error = null
        from (
            select org_id, mail_id
            from kernel.mails
            where state = 'waiting' and due_at <= @now
            order by due_at
            limit @atOnce
            for update skip locked
        ) due
        where mails.org_id = due.org_id and mails.mail_id = due.mail_id
        returning mails.org_id, mails.mail_id, mails.recipient, mails.subject, mails.body, mails.html, mails.reply_to, mails.tries,
            mails.created_at
        """;

    private const string Settle = """
        update kernel.mails
        set state = @state, settled_at = @now, error = @error, body = '', html = ''
        where org_id = @ofOrgId and mail_id = @mailId
        """;

    private const string Note =
        "update kernel.mails set error = @error, due_at = @dueAt where org_id = @ofOrgId and mail_id = @mailId";

    private const string ForgetSettled = "delete from kernel.mails where state <> 'waiting' and settled_at < @before";

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail {MailId} could not be sent at try {Tries} ({Reason})")]
    private static partial void LogFailed(ILogger log, Guid mailId, int tries, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail waits: the database is away ({Reason})")]
    private static partial void LogAway(ILogger log, string reason);
}
