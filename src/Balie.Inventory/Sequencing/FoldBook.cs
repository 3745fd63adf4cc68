using System.Collections.Concurrent;
using System.Diagnostics;
using Balie.Inventory.Folds;
using Npgsql;

namespace Balie.Inventory.Sequencing;

/// <summary>
/// The pools in memory: who waits for one to be read, what other processes say of it, and whether it still equals the claims. Only the
/// sequencer's loop calls it, so nothing here locks; what ends elsewhere is posted back to that loop.
/// </summary>
internal sealed partial class FoldBook(
    Databases databases, SystemDb db, DatabaseClock clock, InventoryMeter meter, ILogger log, Action<Action> post)
{
    private const int MostPoolsPerLoad = 1_000;
    private const int MostFolds = 100_000;
    private const int ClaimsPerAudit = 50_000;
    private static readonly TimeSpan AuditInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AboutNow = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<PoolKey, Fold> _folds = new();
    private readonly Dictionary<PoolKey, List<Parked>> _parked = [];
    private readonly HashSet<PoolKey> _toLoad = [];
    private int _drifted;
    private long _auditedAt = Stopwatch.GetTimestamp();

    /// <summary>How this process signs its news.</summary>
    public string Process { get; } = Guid.CreateVersion7().ToString("n");

    /// <summary>May be called from anywhere.</summary>
    public Fold? Find(PoolKey key) => _folds.GetValueOrDefault(key);

    /// <summary>Asks the database for its time before anything is asked of it.</summary>
    public Task HearTime(CancellationToken ct) => Load([], ct);

    /// <summary>
    /// A pool that its first claim makes is presumed empty: for most people it is, and whoever was here before is found by a collision.
    /// </summary>
    public void Presume(PoolKey key, int capacity)
    {
        var fold = _folds.GetOrAdd(key, _ => new Fold(key));
        if (!fold.EverLoaded && !fold.Loading) fold.BeginLoad();
        if (!fold.EverLoaded) fold.EndLoad(capacity, [], long.MinValue + 1);
        else if (fold.Known && fold.Capacity < capacity) fold.Raise(capacity);
    }

    /// <summary>Lets somebody wait until a pool has been read, and sees to it that it is.</summary>
    public void Park(PoolKey pool, Parked waiter)
    {
        if (!_parked.TryGetValue(pool, out var parked)) _parked.Add(pool, parked = []);
        parked.Add(waiter);
        _toLoad.Add(pool);
    }

    /// <summary>For the end: nothing will be read any more.</summary>
    public void FailWaiting(Exception goodbye)
    {
        foreach (var parked in _parked.Values.SelectMany(all => all)) parked.Fail(goodbye);
    }

    /// <summary>Frees what lapsed, drops what nobody asks for, and now and then compares everything with the claims.</summary>
    public void Tick(long at)
    {
        if (clock.Started)
            foreach (var fold in _folds.Values)
                if (fold.HasHolds) fold.Lapse(clock.NowTicks, at);
        if (_folds.Count > MostFolds) DropIdle(at);
        if (Stopwatch.GetElapsedTime(_auditedAt, at) < AuditInterval) return;

        _auditedAt = at;
        _ = RecordAudit(_folds.Count, _drifted);
        CompareQuietOnes(at);
    }

    // Those read longest ago first, and only so many claims at a time: in a pool that sells just now a difference would mean nothing, and
    // reading a million claims again and again would cost the sale more than the comparison is worth.
    private void CompareQuietOnes(long at)
    {
        var claims = 0;
        foreach (var fold in _folds.Values.OrderBy(fold => fold.LoadedAt).Take(MostPoolsPerLoad))
        {
            if (Stopwatch.GetElapsedTime(fold.ChangedAt, at) < QuietFor) continue;
            _toLoad.Add(fold.Key);
            if ((claims += fold.Live) > ClaimsPerAudit) return;
        }
    }

    /// <summary>Starts to read what somebody waits for or distrusts; the loop hears of the end through the posted work.</summary>
    public void StartLoads(CancellationToken ct)
    {
        if (_toLoad.Count == 0) return;
        var keys = new List<PoolKey>();
        foreach (var key in _toLoad)
        {
            if (keys.Count == MostPoolsPerLoad) break;
            var fold = _folds.GetOrAdd(key, _ => new Fold(key));
            if (fold.Loading) continue;
            fold.BeginLoad();
            keys.Add(key);
        }
        foreach (var key in keys) _toLoad.Remove(key);
        if (keys.Count > 0) _ = Load(keys, ct);
    }

    private async Task Load(List<PoolKey> keys, CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            var (time, pools) = await Loader.Load(databases.System, keys, ct);
            clock.Hear(time);
            post(() => EndLoad(keys, pools, time + AboutNow, began));
        }
        catch (Exception problem) when (
            problem is NpgsqlException or TimeoutException or InvalidOperationException or IOException or OperationCanceledException)
        {
            post(() => AbortLoad(keys, problem));
        }
    }

    private void EndLoad(List<PoolKey> keys, Dictionary<PoolKey, LoadedPool> pools, DateTime aboutNow, long began)
    {
        var drifted = 0;
        foreach (var key in keys)
        {
            var (fold, loaded) = (_folds[key], pools[key]);
            var isNew = !fold.Known;
            var quiet = fold.ChangedAt < began && Stopwatch.GetElapsedTime(fold.ChangedAt, began) > QuietFor;
            if (loaded.Capacity is { } capacity)
            {
                if (fold.Known && quiet && fold.Capacity == capacity) drifted += fold.Differences(loaded.Ranges, aboutNow.Ticks);
                fold.EndLoad(capacity, loaded.Ranges, began);
                if (isNew) fold.SearchFrom(Random.Shared.NextDouble());
            }
            else
            {
                fold.AbortLoad();
                _folds.TryRemove(key, out _);
            }
            Unpark(key, exists: loaded.Capacity is not null);
        }
        if (drifted == 0) return;
        _drifted += drifted;
        meter.Drift(drifted);
        _ = RecordAudit(_folds.Count, _drifted);
        LogDrift(log, drifted);
    }

    private void Unpark(PoolKey key, bool exists)
    {
        if (!_parked.Remove(key, out var parked)) return;
        foreach (var waiter in parked) waiter.Loaded(exists);
    }

    private void AbortLoad(List<PoolKey> keys, Exception problem)
    {
        foreach (var key in keys)
        {
            _folds[key].AbortLoad();
            if (!_folds[key].EverLoaded) _folds.TryRemove(key, out _);
            if (!_parked.Remove(key, out var parked)) continue;
            foreach (var waiter in parked) waiter.Fail(problem);
        }
    }

    /// <summary>What another process, or a transaction beside the sequencer, announced.</summary>
    public void Hear(string payload)
    {
        if (payload.StartsWith(Process, StringComparison.Ordinal)) return;
        var at = Stopwatch.GetTimestamp();
        foreach (var line in Announcement.Read(payload))
        {
            if (!_folds.TryGetValue(line.Pool, out var fold)) continue;
            if (line.What == Announcement.What.Reload) Distrust(line.Pool);
            foreach (var (first, last) in line.Units)
                for (var unit = first; unit <= last; unit++)
                    fold.Hear(unit, line.What == Announcement.What.Taken, line.ExpiresTicks, at);
        }
    }

    /// <summary>Something was lost or refused that this memory thought right: nothing is decided by it until it was read again.</summary>
    public void Distrust(PoolKey pool)
    {
        if (!_folds.TryGetValue(pool, out var fold)) return;
        fold.Forget();
        _toLoad.Add(pool);
    }

    /// <summary>Announcements may have been missed.</summary>
    public void DistrustEverything()
    {
        foreach (var pool in _folds.Keys) Distrust(pool);
    }

    private void DropIdle(long at)
    {
        foreach (var (key, fold) in _folds)
        {
            var idle = !fold.Loading && !_parked.ContainsKey(key) && Stopwatch.GetElapsedTime(fold.ChangedAt, at) > AuditInterval;
            if (idle) _folds.TryRemove(key, out _);
        }
    }

    /// <summary>What the last comparison of all folds with the claims found, for <c>balie verify</c>.</summary>
    private async Task RecordAudit(int folds, int drifted)
    {
        try
        {
            var audit = new { processId = Guid.ParseExact(Process, "n"), folds, drifted };
            await db.Everywhere.Run(UpsertAudit, audit, CancellationToken.None);
        }
        catch (Exception problem) when (problem is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            LogNotRecorded(log, problem.GetType().Name);
        }
    }

    private const string UpsertAudit = """
        insert into inventory.fold_audits (process_id, audited_at, folds, drifted)
        values (@processId, clock_timestamp(), @folds, @drifted)
        on conflict (process_id) do update
        set audited_at = excluded.audited_at, folds = excluded.folds, drifted = greatest(fold_audits.drifted, excluded.drifted)
        """;

    [LoggerMessage(Level = LogLevel.Warning, Message = "What was compared could not be recorded: {Kind}")]
    private static partial void LogNotRecorded(ILogger log, string kind);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Units} units in memory differed from the claims in the database; corrected")]
    private static partial void LogDrift(ILogger log, int units);
}
