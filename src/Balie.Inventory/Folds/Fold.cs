using System.Numerics;

namespace Balie.Inventory.Folds;

/// <summary>Names a pool over all organisations.</summary>
internal readonly record struct PoolKey(Guid OrgId, Guid PoolId);

/// <summary>
/// Units <paramref name="First"/> to <paramref name="Last"/> of a pool, sold (no <paramref name="ExpiresTicks"/>) or held.
/// </summary>
internal readonly record struct UnitRange(int First, int Last, long? ExpiresTicks);

/// <summary>
/// One pool in memory: which units look taken, and when holds lapse. Disposable: the claims are the truth, and a wrong bit costs a
/// collision on their primary key, never a double sale. Only the sequencer's loop changes it; <see cref="Capacity"/>,
/// <see cref="Available"/> and <see cref="FreeUnits"/> may be read from anywhere and are at most one tick old.
/// </summary>
internal sealed class Fold(PoolKey key)
{
    private const int BitsPerWord = 64;

    private readonly PriorityQueue<int, long> _lapses = new();
    private readonly Dictionary<int, long> _heldUntil = [];
    private readonly HashSet<int> _uncommitted = [];
    private List<(int Unit, bool Taken, long? ExpiresTicks)>? _sinceLoadBegan;
    private ulong[] _taken = [];
    private volatile int _capacity;
    private volatile int _available;
    private int _live;
    private int _next;

    public PoolKey Key { get; } = key;
    public int Capacity => _capacity;
    public int Available => _available;

    /// <summary>How many units are sold, held, or on their way to either.</summary>
    public int Live => _live;

    /// <summary>When the load that this picture comes from began; <see cref="long.MinValue"/> before the first.</summary>
    public long LoadedAt { get; private set; } = long.MinValue;

    /// <summary>When a bit last changed. Monotonic, as all moments here but expiries.</summary>
    public long ChangedAt { get; private set; }

    /// <summary>False when the picture must be loaded before anything is decided by it.</summary>
    public bool Known => LoadedAt != long.MinValue;

    /// <summary>True when there is a picture to show, though it may be about to be replaced.</summary>
    public bool EverLoaded { get; private set; }
    public bool Loading => _sinceLoadBegan is not null;
    public bool HasUncommitted => _uncommitted.Count > 0;
    public bool HasHolds => _lapses.Count > 0;

    /// <summary>
    /// Marks <paramref name="count"/> free units as taken but not committed, adding them to <paramref name="into"/>; all or none.
    /// </summary>
    public bool TryTake(int count, List<int> into, long at)
    {
        if (_live + count > _capacity) return false;
        var before = into.Count;
        var words = (_capacity + BitsPerWord - 1) / BitsPerWord;
        var word = _next / BitsPerWord;
        for (var visited = 0; visited <= words && into.Count - before < count; visited++, word++)
        {
            if (word >= words) word = 0;
            for (var free = ~_taken[word]; free != 0 && into.Count - before < count; free &= free - 1)
            {
                var unit = (word * BitsPerWord) + BitOperations.TrailingZeroCount(free) + 1;
                if (unit > _capacity) break;
                Take(unit, null, at);
                _uncommitted.Add(unit);
                into.Add(unit);
            }
        }
        if (into.Count - before < count)
        {
            // More live units than bits below the capacity: units above a capacity that was forced down.
            for (var i = before; i < into.Count; i++) Abandon(into[i], at);
            into.RemoveRange(before, into.Count - before);
            return false;
        }
        _next = into[^1] - 1;
        return true;
    }

    /// <summary>Marks exactly this unit as taken but not committed.</summary>
    public bool TryTakeUnit(int unit, long at)
    {
        if (Lacks(unit)) return false;
        Take(unit, null, at);
        _uncommitted.Add(unit);
        return true;
    }

    /// <summary>The claim of this unit committed.</summary>
    public void Settle(int unit, long? expiresTicks, long at)
    {
        _uncommitted.Remove(unit);
        Take(unit, expiresTicks, at);
    }

    /// <summary>The claim of this unit did not happen.</summary>
    public void Abandon(int unit, long at)
    {
        _uncommitted.Remove(unit);
        Free(unit, at);
    }

    /// <summary>
    /// Another process, or a transaction beside the sequencer, took or freed this unit. Above the capacity there is nothing to take: that
    /// is news from before a lower one, and counting it would call a pool full that is not.
    /// </summary>
    public void Hear(int unit, bool taken, long? expiresTicks, long at)
    {
        if (_uncommitted.Contains(unit)) return;
        if (!taken) Free(unit, at);
        else if (EverLoaded && unit > _capacity) Note(unit, true, expiresTicks, at);
        else Take(unit, expiresTicks, at);
    }

    /// <summary>Frees what has lapsed by the database's clock.</summary>
    public void Lapse(long nowTicks, long at)
    {
        while (_lapses.TryPeek(out var unit, out var expires) && expires < nowTicks)
        {
            _lapses.Dequeue();
            if (_heldUntil.TryGetValue(unit, out var current) && current == expires) Free(unit, at);
        }
    }

    /// <summary>Places the search for free units, so that processes which start together do not all try the same ones.</summary>
    public void SearchFrom(double share) => _next = (int)(share * Math.Max(0, _capacity - 1));

    public void BeginLoad() => _sinceLoadBegan = [];

    public void AbortLoad() => _sinceLoadBegan = null;

    /// <summary>Replaces the picture by what the database said, then repeats what happened since it was asked.</summary>
    public void EndLoad(int capacity, IReadOnlyList<UnitRange> ranges, long beganAt)
    {
        var repeat = _sinceLoadBegan ?? [];
        _sinceLoadBegan = null;
        var highest = Math.Max(capacity, ranges.Count == 0 ? 0 : ranges.Max(range => range.Last));
        _taken = new ulong[(highest / BitsPerWord) + 1];
        _heldUntil.Clear();
        _lapses.Clear();
        _live = 0;
        _capacity = capacity;
        foreach (var range in ranges)
            for (var unit = range.First; unit <= range.Last; unit++) Take(unit, range.ExpiresTicks, ChangedAt);

        foreach (var (unit, taken, expires) in repeat)
        {
            if (!taken) Free(unit, ChangedAt);
            else if (unit <= capacity) Take(unit, expires, ChangedAt);
        }
        foreach (var unit in _uncommitted) Take(unit, null, ChangedAt);
        LoadedAt = beganAt;
        EverLoaded = true;
        Publish();
    }

    /// <summary>
    /// How many units look different from what the database said. Holds that end about now are left out: which of two clocks saw the end
    /// first is no difference.
    /// </summary>
    public int Differences(IReadOnlyList<UnitRange> ranges, long endedTicks)
    {
        var said = new HashSet<int>();
        var ending = new HashSet<int>(_heldUntil.Where(hold => hold.Value < endedTicks).Select(hold => hold.Key));
        foreach (var range in ranges)
            for (var unit = range.First; unit <= range.Last; unit++) (range.ExpiresTicks < endedTicks ? ending : said).Add(unit);
        var differences = said.Count(unit => !ending.Contains(unit) && !IsTaken(unit));
        for (var unit = 1; unit <= _taken.Length * BitsPerWord; unit++)
            if (IsTaken(unit) && !said.Contains(unit) && !ending.Contains(unit)) differences++;
        return differences;
    }

    /// <summary>The pool's capacity goes up with the next claim.</summary>
    public void Raise(int capacity)
    {
        _capacity = capacity;
        if (_taken.Length * BitsPerWord < capacity) Array.Resize(ref _taken, (capacity / BitsPerWord) + 1);
        Publish();
    }

    /// <summary>The pool changed its capacity or its numbering: the picture is worthless until loaded again.</summary>
    public void Forget() => LoadedAt = long.MinValue;

    /// <summary>Whether this unit cannot be had: taken, or not there at all.</summary>
    public bool Lacks(int unit) => unit < 1 || unit > _capacity || IsTaken(unit);

    private bool IsTaken(int unit) => unit <= _taken.Length * BitsPerWord && (_taken[(unit - 1) / BitsPerWord] & Bit(unit)) != 0;

    /// <summary>Free units, ascending, as they look at this moment from any thread.</summary>
    public List<int> FreeUnits()
    {
        var (taken, capacity) = (_taken, _capacity);
        var free = new List<int>(Math.Max(0, _available));
        for (var unit = 1; unit <= capacity && unit <= taken.Length * BitsPerWord; unit++)
            if ((taken[(unit - 1) / BitsPerWord] & Bit(unit)) == 0) free.Add(unit);
        return free;
    }

    private void Take(int unit, long? expiresTicks, long at)
    {
        var word = (unit - 1) / BitsPerWord;
        if (word >= _taken.Length) Array.Resize(ref _taken, word + 1);
        if ((_taken[word] & Bit(unit)) == 0)
        {
            _taken[word] |= Bit(unit);
            _live++;
        }
        if (expiresTicks is { } expires)
        {
            _heldUntil[unit] = expires;
            _lapses.Enqueue(unit, expires);
        }
        else if (_heldUntil.Count > 0)
        {
            _heldUntil.Remove(unit);
        }
        Note(unit, true, expiresTicks, at);
        Publish();
    }

    private void Free(int unit, long at)
    {
        // Noted also where it looked free already: the claims being read at this moment may still have it.
        Note(unit, false, null, at);
        if (!IsTaken(unit)) return;
        _taken[(unit - 1) / BitsPerWord] &= ~Bit(unit);
        _live--;
        _heldUntil.Remove(unit);
        Publish();
    }

    private void Note(int unit, bool taken, long? expiresTicks, long at)
    {
        ChangedAt = at;
        _sinceLoadBegan?.Add((unit, taken, expiresTicks));
    }

    private void Publish() => _available = Math.Max(0, _capacity - _live);

    private static ulong Bit(int unit) => 1UL << ((unit - 1) % BitsPerWord);
}
