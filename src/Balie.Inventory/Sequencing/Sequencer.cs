using System.Diagnostics;
using System.Threading.Channels;
using Balie.Contracts.Inventory;
using Balie.Inventory.Folds;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Balie.Inventory.Sequencing;

/// <summary>
/// One loop that decides about all claims of this process. Requests queue in memory; the loop assigns units from the folds and writes what
/// has gathered as one <see cref="Batch"/> while the next one gathers; one that is large enough does not wait for the one before. Nobody
/// holds a lock across a round trip, and "sold out" is answered only after the database was asked later than the request came. See
/// docs/decisions/0002-claims-and-sequencer.md.
/// </summary>
internal sealed partial class Sequencer : BackgroundService
{
    private const int LargestBatch = 512;
    private const int LongestQueue = 20_000;

    // While one commits another runs. More would only be smaller, and each costs the database a round of statements.
    private const int BatchesAtOnce = 2;
    private const int WorthOvertaking = 128;
    private const int TriesBeforeReading = 2;
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SuspectFor = TimeSpan.FromSeconds(5);

    // A statement and a turn; whoever waits longer waits for a database that hangs.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(6);

    private readonly Databases _databases;
    private readonly SystemDb _db;
    private readonly DatabaseClock _clock;
    private readonly InventoryMeter _meter;
    private readonly Rush _rush;
    private readonly ILogger<Sequencer> _log;
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });

    private readonly FoldBook _folds;
    private readonly Queue<Pending> _asked = new();
    private readonly Queue<Pending> _waiting = new();
    private readonly Queue<Pending> _alone = new();
    private readonly List<Pending> _undecided = [];
    private readonly Stack<NpgsqlConnection> _idle = new();
    private Batch _next = new();
    private int _underWay;
    private int _depth;

    public Sequencer(
        Databases databases, SystemDb db, DatabaseClock clock, Signals signals, InventoryMeter meter, Rush rush, ILogger<Sequencer> log)
    {
        (_databases, _db, _clock, _meter, _rush, _log) = (databases, db, clock, meter, rush, log);
        _folds = new FoldBook(databases, db, clock, meter, log, Post);
        signals.On(Announcement.Channel, payload => Post(() => _folds.Hear(payload)), () => Post(_folds.DistrustEverything));
    }

    /// <summary>
    /// Decides and commits; the task ends when the database has said so, or when it has said nothing for too long. What it does
    /// afterwards stands under the asker's key.
    /// </summary>
    /// <exception cref="RefusedException">The queue is full, or the wait was too long.</exception>
    public async Task<ClaimResult> Claim(ClaimRequest request)
    {
        _rush.Come();
        try
        {
            if (Interlocked.Increment(ref _depth) > LongestQueue) throw new RefusedException(KernelRefusals.Unavailable);
            var pending = new Pending(request);
            Post(() =>
            {
                _asked.Enqueue(pending);
                Admit(pending);
            });
            return await pending.Answer;
        }
        finally
        {
            Interlocked.Decrement(ref _depth);
        }
    }

    /// <summary>The folds of these pools, loaded first where need be; null where there is no such pool.</summary>
    public async ValueTask<Fold?[]> See(Guid orgId, IReadOnlyList<Guid> poolIds, CancellationToken ct)
    {
        var folds = new Fold?[poolIds.Count];
        for (var i = 0; i < folds.Length; i++)
        {
            var key = new PoolKey(orgId, poolIds[i]);
            folds[i] = _folds.Find(key) is { EverLoaded: true } fold ? fold : await Load(key, ct);
        }
        return folds;
    }

    private async Task<Fold?> Load(PoolKey key, CancellationToken ct)
    {
        var loaded = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => _folds.Park(key, new Parked(exists => loaded.TrySetResult(exists), problem => loaded.TrySetException(problem))));
        return await loaded.Task.WaitAsync(LongestWait, ct) ? _folds.Find(key) : null;
    }

    /// <summary>Hears the database's time before the first request, so that holds are measured by it from the start.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _folds.HearTime(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var ticking = new Timer(_ => Post(Tick), null, TickInterval, TickInterval);
        try
        {
            while (await _work.Reader.WaitToReadAsync(stoppingToken))
            {
                while (_work.Reader.TryRead(out var work)) work();
                _folds.StartLoads(stoppingToken);
                StartBatch();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host drains its requests before it stops us; whoever still waits is told to come back.
        }
        var goodbye = new RefusedException(KernelRefusals.Unavailable);
        foreach (var pending in _waiting.Concat(_alone).Concat(_undecided).Concat(_next.Requests)) pending.Fail(goodbye);
        _folds.FailWaiting(goodbye);
        foreach (var connection in _idle) await connection.DisposeAsync();
    }

    private void Post(Action work) => _work.Writer.TryWrite(work);

    private void Admit(Pending pending)
    {
        if (_next.Requests.Count >= LargestBatch) _waiting.Enqueue(pending);
        else if (Assign(pending)) _next.Add(pending);
    }

    // True when every demand has its units. Otherwise the request was answered or parked, and holds nothing.
    private bool Assign(Pending pending)
    {
        // Given up while it waited for its turn.
        if (pending.Answer.IsCompleted) return false;
        var at = Stopwatch.GetTimestamp();
        for (var demand = 0; demand < pending.Units.Length; demand++)
        {
            var key = pending.Pool(demand);
            if (pending.Request.Demands[demand].Capacity is { } capacity) _folds.Presume(key, capacity);
            if (_folds.Find(key) is not { Known: true } fold)
            {
                GiveBack(pending, demand, at);
                _folds.Park(key, Parked.Until(pending, Admit));
                return false;
            }
            if (_clock.Started) fold.Lapse(_clock.NowTicks, at);
            if (TryTake(fold, pending.Request.Demands[demand], pending.Units[demand], at)) continue;

            GiveBack(pending, demand, at);
            // What this memory calls full is only believed when the database was asked after the request came, and when nothing that is
            // counted as taken may still come back.
            if (fold.LoadedAt < pending.QueuedAt) _folds.Park(key, Parked.Until(pending, Admit));
            else if (fold.HasUncommitted) _undecided.Add(pending);
            else pending.Finish(Shortage(pending.Request, demand, fold));
            return false;
        }
        return true;
    }

    private static bool TryTake(Fold fold, Demand demand, List<int> into, long at)
    {
        if (demand.Units is null) return fold.TryTake(demand.Quantity, into, at);
        foreach (var unit in demand.Units)
        {
            if (fold.TryTakeUnit(unit, at)) into.Add(unit);
            else
            {
                foreach (var taken in into) fold.Abandon(taken, at);
                into.Clear();
                return false;
            }
        }
        return true;
    }

    private static ClaimResult Shortage(ClaimRequest request, int demand, Fold fold)
    {
        var short_ = request.Demands[demand];
        if (short_.Units is { } units) return new ClaimResult.UnitsTaken(short_.PoolId, [.. units.Where(fold.Lacks)]);
        var requested = request.Demands.Where(other => other.PoolId == short_.PoolId).Sum(other => other.Units?.Count ?? other.Quantity);
        return new ClaimResult.SoldOut(short_.PoolId, requested, fold.Available);
    }

    private void GiveBack(Pending pending, int demands, long at)
    {
        for (var demand = 0; demand < demands; demand++)
        {
            if (_folds.Find(pending.Pool(demand)) is { } fold)
                foreach (var unit in pending.Units[demand]) fold.Abandon(unit, at);
            pending.Units[demand].Clear();
        }
    }

    private void StartBatch()
    {
        if (_underWay == BatchesAtOnce) return;
        var batch = _next;
        if (_underWay > 0 && batch.Requests.Count < WorthOvertaking) return;
        if (_alone.TryDequeue(out var single))
        {
            // What shared a batch with a row that the database refused is tried one by one, so that only the culprit fails.
            batch = new Batch();
            batch.Add(single);
        }
        if (batch.Requests.Count == 0) return;

        _underWay++;
        if (batch == _next) _next = new Batch();
        while (_waiting.Count > 0 && _next.Requests.Count < LargestBatch)
        {
            var pending = _waiting.Dequeue();
            if (Assign(pending)) _next.Add(pending);
        }
        _ = Run(batch, _idle.TryPop(out var connection) ? connection : null);
    }

    private async Task Run(Batch batch, NpgsqlConnection? connection)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            connection ??= await _databases.System.OpenConnectionAsync();
            var result = await batch.Run(connection, News(batch.Requests), CancellationToken.None);
            _meter.Batch(batch.Requests.Count, Stopwatch.GetElapsedTime(began));
            Post(() => Succeed(batch, result, connection));
        }
        catch (Exception problem) when (problem is NpgsqlException or TimeoutException or InvalidOperationException or IOException)
        {
            Post(() => Fail(batch, problem, connection));
        }
    }

    private void Succeed(Batch batch, BatchResult result, NpgsqlConnection connection)
    {
        var at = Stopwatch.GetTimestamp();
        _underWay--;
        _idle.Push(connection);
        _clock.Hear(result.DatabaseTime);
        var lost = result.Lost.ToLookup(unit => unit.Request);
        var won = new List<Pending>(batch.Requests.Count);
        for (var number = 0; number < batch.Requests.Count; number++)
        {
            var pending = batch.Requests[number];
            if (result.RefusedBy.TryGetValue(number, out var companion))
            {
                GiveBack(pending, pending.Units.Length, at);
                pending.Finish(new ClaimResult.Refused(companion));
            }
            else if (lost.Contains(number))
            {
                TryAgain(pending, lost[number], at);
            }
            else
            {
                Settle(pending, at);
                won.Add(pending);
            }
        }
        if (won.Count < batch.Requests.Count && won.Count > 0) _ = Tell(News(won));
        foreach (var pending in won) pending.Finish(new ClaimResult.Claimed(pending.Units));
        Reconsider();
    }

    // A batch ended, so whoever waited for its outcome can be told.
    private void Reconsider()
    {
        var undecided = _undecided.ToArray();
        _undecided.Clear();
        foreach (var pending in undecided) Admit(pending);
    }

    private void Settle(Pending pending, long at)
    {
        for (var demand = 0; demand < pending.Units.Length; demand++)
        {
            if (_folds.Find(pending.Pool(demand)) is not { } fold) continue;
            foreach (var unit in pending.Units[demand]) fold.Settle(unit, pending.Request.ExpiresAt?.UtcTicks, at);
        }
    }

    // Another process was faster. Its units are taken for now; when its hold ends is not known, so this is looked at again soon.
    private void TryAgain(Pending pending, IEnumerable<LostUnit> lost, long at)
    {
        GiveBack(pending, pending.Units.Length, at);
        var suspectUntil = _clock.NowTicks + SuspectFor.Ticks;
        foreach (var (_, poolId, unit) in lost)
        {
            var key = new PoolKey(pending.Request.OrgId, poolId);
            if (_folds.Find(key) is not { } fold) continue;
            fold.Hear(unit, taken: true, suspectUntil, at);
            _meter.Collision();
            if (pending.Tries >= TriesBeforeReading) _folds.Distrust(key);
        }
        pending.Tries++;
        if (pending.Tries < Pending.MostTries)
        {
            Admit(pending);
            return;
        }
        pending.Fail(new RefusedException(KernelRefusals.Unavailable));
    }

    private void Fail(Batch batch, Exception problem, NpgsqlConnection? connection)
    {
        var at = Stopwatch.GetTimestamp();
        _underWay--;
        if (problem is PostgresException && connection is { State: System.Data.ConnectionState.Open }) _idle.Push(connection);
        else _ = connection?.DisposeAsync().AsTask();
        foreach (var pending in batch.Requests) GiveBack(pending, pending.Units.Length, at);

        // A row that the database refuses must not fail its neighbours. Whatever else went wrong, what happened is unknown: read again.
        if (problem is PostgresException { IsTransient: false } refused && batch.Requests.Count > 1)
        {
            LogSplit(_log, batch.Requests.Count, refused.SqlState);
            foreach (var pending in batch.Requests)
                if (Assign(pending)) _alone.Enqueue(pending);
            Reconsider();
            return;
        }
        LogFailed(_log, problem.GetType().Name, (problem as PostgresException)?.SqlState ?? "");
        foreach (var pending in batch.Requests)
            for (var demand = 0; demand < pending.Units.Length; demand++) _folds.Distrust(pending.Pool(demand));
        foreach (var pending in batch.Requests) pending.Fail(problem);
        Reconsider();
    }

    private void Tick()
    {
        var at = Stopwatch.GetTimestamp();
        _folds.Tick(at);
        GiveUp(at);
    }

    private void GiveUp(long at)
    {
        while (_asked.TryPeek(out var oldest) && (oldest.Answer.IsCompleted || Stopwatch.GetElapsedTime(oldest.QueuedAt, at) > LongestWait))
        {
            _asked.Dequeue();
            oldest.Fail(new RefusedException(KernelRefusals.Unavailable));
        }
    }

    // One line per pool and expiry, neighbours as ranges.
    private List<string> News(IEnumerable<Pending> requests)
    {
        var units = new Dictionary<(PoolKey Pool, long? Expires), List<int>>();
        foreach (var pending in requests)
        {
            for (var demand = 0; demand < pending.Units.Length; demand++)
            {
                var line = (pending.Pool(demand), pending.Request.ExpiresAt?.UtcTicks);
                if (!units.TryGetValue(line, out var list)) units.Add(line, list = []);
                list.AddRange(pending.Units[demand]);
            }
        }
        return Announcement.Write(_folds.Process, units.Select(line =>
            new Announcement.Line(line.Key.Pool, Announcement.What.Taken, line.Key.Expires, Announcement.Ranges(line.Value))));
    }

    // The news of a batch in which somebody lost: late and outside the transaction, but others would find out anyway.
    private async Task Tell(List<string> news)
    {
        try
        {
            foreach (var payload in news)
                await _db.Everywhere.Run(Signals.Send, new { channel = Announcement.Channel, payload }, CancellationToken.None);
        }
        catch (Exception problem) when (problem is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            LogFailed(_log, problem.GetType().Name, "");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A batch of {Requests} is tried one by one: a row was refused ({SqlState})")]
    private static partial void LogSplit(ILogger log, int requests, string sqlState);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sequencer could not reach the database: {Kind} {SqlState}")]
    private static partial void LogFailed(ILogger log, string kind, string sqlState);
}
