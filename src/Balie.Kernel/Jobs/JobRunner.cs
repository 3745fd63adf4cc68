using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Balie.Kernel;

/// <summary>
/// Runs what the timetables of the modules say, each slot once over all processes. A job is leased while it runs; a process that dies
/// leaves a lease that runs out within a minute, and the next one takes the same slot. Slots lie on a grid from the first one, so nothing
/// drifts; slots missed while nobody ran are one run, not many. A failure is tried again sooner than the next slot.
/// </summary>
internal sealed partial class JobRunner : BackgroundService
{
    private const int MostAtOnce = 4;
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Heartbeat = Lease / 4;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, (string Module, ScheduledJob Job)> _jobs;
    private readonly string[] _names;
    private readonly SystemDb _db;
    private readonly IServiceScopeFactory _scopes;
    private readonly ILogger<JobRunner> _log;
    private bool _isRegistered;

    public JobRunner(Installation installation, WorkFilter filter, SystemDb db, IServiceScopeFactory scopes, ILogger<JobRunner> log)
    {
        _jobs = installation.Work
            .Where(work => filter.Includes(work.Module))
            .SelectMany(work => work.Jobs.Select(job => (work.Module, Job: job)))
            .ToDictionary(one => one.Job.Name);
        _names = [.. _jobs.Keys];
        (_db, _scopes, _log) = (db, scopes, log);
    }

    private sealed record Claimed(string Name, DateTimeOffset SlotAt, int FailuresInRow, Guid Holder);

    /// <summary>Runs every job that is due, one after another, and returns how many ran; for set-up and tests.</summary>
    public async Task<int> RunDue(CancellationToken ct)
    {
        await Register(ct);
        var ran = 0;
        for (; await Claim(ct) is { } claimed; ran++) await Run(claimed, ct);
        return ran;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<Task>();
        var isWell = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            running.RemoveAll(run => run.IsCompleted);
            try
            {
                await Register(stoppingToken);
                while (running.Count < MostAtOnce && await Claim(stoppingToken) is { } claimed) running.Add(Run(claimed, stoppingToken));
                isWell = true;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested) { break; }
            catch (Exception trouble)
            {
                if (isWell) LogTrouble(_log, trouble);
                isWell = false;
            }
            await Task.Delay(BetweenLooks, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await Task.WhenAll(running);
    }

    private async Task Register(CancellationToken ct)
    {
        if (_isRegistered) return;
        foreach (var (module, job) in _jobs.Values)
            await _db.Everywhere.Run(Keep, new { job.Name, module, job.Interval, _db.Everywhere.Now }, ct);
        _isRegistered = true;
    }

    private Task<Claimed?> Claim(CancellationToken ct) =>
        _db.Everywhere.One<Claimed>(ClaimOne, new { names = _names, _db.Everywhere.Now, Lease, holder = Guid.CreateVersion7() }, ct);

    /// <summary>
    /// Never throws: what goes wrong is the job's last error, or, when even that cannot be written, a lease that runs out.
    /// </summary>
    private async Task Run(Claimed claimed, CancellationToken ct)
    {
        using var span = Instruments.Source.StartActivity(claimed.Name);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(LongestRun);
        var heart = Beat(claimed, limit);
        Exception? failure = null;
        try
        {
            await using var scope = _scopes.CreateAsyncScope();
            await _jobs[claimed.Name].Job.Run(_db, scope.ServiceProvider, limit.Token);
        }
        catch (Exception problem)
        {
            failure = problem;
            span?.SetStatus(ActivityStatusCode.Error, problem.GetType().Name);
        }
        await limit.CancelAsync();
        await heart;

        using var farewell = new CancellationTokenSource(LongestFarewell);
        try
        {
            var isInterrupted = failure is not null && ct.IsCancellationRequested;
            if (isInterrupted) await _db.Everywhere.Run(HandBack, new { claimed.Name, claimed.Holder }, farewell.Token);
            else await Record(claimed, failure, farewell.Token);
        }
        catch (Exception trouble) { LogTrouble(_log, trouble); }
    }

    /// <summary>Keeps the lease while the job runs; a lease that was lost stops it, because by then another process has begun.</summary>
    private async Task Beat(Claimed claimed, CancellationTokenSource running)
    {
        while (true)
        {
            await Task.Delay(Heartbeat, running.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (running.IsCancellationRequested) return;
            try
            {
                var renewed = await _db.Everywhere.Run(Renew, new { claimed.Name, claimed.Holder, Lease }, running.Token);
                if (renewed == 0) await running.CancelAsync();
            }
            catch (Exception) when (running.IsCancellationRequested) { return; }
            catch (Exception trouble) { LogTrouble(_log, trouble); }
        }
    }

    private async Task Record(Claimed claimed, Exception? failure, CancellationToken ct)
    {
        var now = _db.Everywhere.Now;
        var every = _jobs[claimed.Name].Job.Interval;
        var next = NextSlot(claimed.SlotAt, every, now);
        if (failure is null)
        {
            await _db.Everywhere.Run(Succeed, new { claimed.Name, claimed.Holder, now, next }, ct);
        }
        else
        {
            var retry = now + Pause(claimed.FailuresInRow);
            var due = retry < next ? retry : next;
            await _db.Everywhere.Run(Fail, new { claimed.Name, claimed.Holder, now, next, due, reason = Reasons.Of(failure) }, ct);
            LogFailed(_log, failure, claimed.Name);
        }
        BackgroundMetrics.Ran(claimed.Name, failure is null);
    }

    /// <summary>The first moment after now on the grid of slots; after a run out of turn that is the slot itself, still to come.</summary>
    public static DateTimeOffset NextSlot(DateTimeOffset slot, TimeSpan every, DateTimeOffset now) =>
        slot > now ? slot : slot + every * (Math.Floor((now - slot) / every) + 1);

    private static TimeSpan Pause(int failuresBefore) => FirstRetry * Math.Pow(2, Math.Min(failuresBefore, 16));

    private const string Keep = """
        insert into kernel.jobs (name, module, every, slot_at, due_at)
        values (@Name, @module, @Interval, @Now, @Now)
        on conflict (name) do update
        set module = excluded.module, every = excluded.every
        where (jobs.module, jobs.every) is distinct from (excluded.module, excluded.every)
        """;

    // A slot can never lie further ahead than its interval: one that does was written under a clock that ran wild, and is due.
    private const string ClaimOne = """
        update kernel.jobs
        set holder = @holder, leased_until = clock_timestamp() + @Lease, started_at = @Now,
            slot_at = case when slot_at > @Now + 2 * every then @Now else slot_at end
        where name = (
            select name
            from kernel.jobs
            where name = any(@names)
                and (due_at <= @Now or slot_at > @Now + 2 * every)
                and (leased_until is null or leased_until < clock_timestamp())
            order by due_at
            limit 1
            for update skip locked)
        returning name, slot_at, failures_in_row, holder
        """;

    private const string Renew = """
        update kernel.jobs
        set leased_until = clock_timestamp() + @Lease
        where name = @Name and holder = @Holder
        """;

    private const string HandBack = """
        update kernel.jobs
        set holder = null, leased_until = null
        where name = @Name and holder = @Holder
        """;

    private const string Succeed = """
        update kernel.jobs
        set holder = null, leased_until = null, finished_at = @now, succeeded_at = @now, slot_at = @next, due_at = @next,
            runs = runs + 1, failures_in_row = 0, last_error = null
        where name = @Name and holder = @Holder
        """;

    private const string Fail = """
        update kernel.jobs
        set holder = null, leased_until = null, finished_at = @now, slot_at = @next, due_at = @due,
            runs = runs + 1, failures_in_row = failures_in_row + 1, last_error = @reason
        where name = @Name and holder = @Holder
        """;

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Name} failed and will be tried again")]
    private static partial void LogFailed(ILogger log, Exception failure, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The job runner stumbled and goes on")]
    private static partial void LogTrouble(ILogger log, Exception trouble);
}
