using System.Collections.Concurrent;
using System.Diagnostics;

namespace Balie.Kernel;

/// <summary>Whose requests are counted under which policy: an address, a person, an organisation.</summary>
internal readonly record struct RateKey(RatePolicy Policy, UInt128 Id);

/// <summary>What one request found in its bucket. Durations are ticks of the monotonic clock.</summary>
internal readonly record struct RateTaken(bool Allowed, long Remaining, long UntilFull, long UntilNext);

/// <summary>
/// The buckets. Each is one number, the moment at which it will be full again (the generic cell rate algorithm), moved by
/// compare-and-swap: no lock, no timer, no allocation for a caller seen before. Memory is bounded: when too many callers are
/// remembered, those whose buckets are full go first, since forgetting them changes nothing.
/// </summary>
internal sealed class RateCounters(int mostCallers = RateCounters.MostCallers)
{
    /// <summary>About 15 MB when all are taken.</summary>
    public const int MostCallers = 100_000;

    // Sharing between processes moves only the callers who matter: those who used more than a tenth of their quota since the last time.
    private const int WorthSharing = 10;

    private readonly ConcurrentDictionary<RateKey, Bucket> _buckets = new();
    private readonly Lock _sweeping = new();
    private int _count;

    public RateTaken Take(RateKey key, long now)
    {
        var bucket = _buckets.TryGetValue(key, out var known) ? known : Remember(key, now);
        return bucket.Take(key.Policy, now);
    }

    public int Count => Volatile.Read(ref _count);

    private Bucket Remember(RateKey key, long now)
    {
        if (Count >= mostCallers) Sweep(now);
        var fresh = new Bucket();
        var bucket = _buckets.GetOrAdd(key, fresh);
        if (ReferenceEquals(bucket, fresh)) Interlocked.Increment(ref _count);
        return bucket;
    }

    private void Sweep(long now)
    {
        lock (_sweeping)
        {
            if (Count < mostCallers) return;
            Forget(key => _buckets[key].Used(now) == 0);
            // Still crowded: keep those who used up more than half, as they are the ones a limit is for, then whoever is there first.
            if (Count > mostCallers / 2) Forget(key => _buckets[key].Used(now) < key.Policy.Window / 2);
            if (Count > mostCallers / 2) Forget(_ => Count > mostCallers / 2);
        }
    }

    private void Forget(Func<RateKey, bool> may)
    {
        foreach (var (key, _) in _buckets)
            if (may(key) && _buckets.TryRemove(key, out _)) Interlocked.Decrement(ref _count);
    }

    /// <summary>What was taken here since the last time, of callers worth telling other processes about.</summary>
    public List<(RateKey Key, long Taken)> Unshared(long now)
    {
        var told = new List<(RateKey, long)>();
        foreach (var (key, bucket) in _buckets)
            if (bucket.Used(now) * WorthSharing > key.Policy.Window && bucket.Unshared() is > 0 and var taken) told.Add((key, taken));
        return told;
    }

    /// <summary>What all processes together have used of a bucket, the <paramref name="told"/> part of ours included.</summary>
    public void Shared(RateKey key, long used, long told, long now)
    {
        if (_buckets.TryGetValue(key, out var bucket)) bucket.Adopt(used, told, now);
    }

    public static long Seconds(long ticks) => (ticks + Stopwatch.Frequency - 1) / Stopwatch.Frequency;

    private sealed class Bucket
    {
        private long _fullAt;
        private long _unshared;

        public RateTaken Take(RatePolicy policy, long now)
        {
            while (true)
            {
                var fullAt = Volatile.Read(ref _fullAt);
                var used = Math.Max(fullAt - now, 0);
                if (used + policy.Interval > policy.Window) return new RateTaken(false, 0, used, used + policy.Interval - policy.Window);
                if (Interlocked.CompareExchange(ref _fullAt, now + used + policy.Interval, fullAt) != fullAt) continue;
                Interlocked.Add(ref _unshared, policy.Interval);
                return new RateTaken(true, (policy.Window - used - policy.Interval) / policy.Interval, used + policy.Interval, 0);
            }
        }

        public long Used(long now) => Math.Max(Volatile.Read(ref _fullAt) - now, 0);

        public long Unshared() => Volatile.Read(ref _unshared);

        public void Adopt(long used, long told, long now)
        {
            var since = Interlocked.Add(ref _unshared, -told);
            // Never backwards: what another process took can only make a bucket emptier than we thought.
            var fullAt = now + used + since;
            for (var seen = Volatile.Read(ref _fullAt); fullAt > seen;)
            {
                var found = Interlocked.CompareExchange(ref _fullAt, fullAt, seen);
                if (found == seen) return;
                seen = found;
            }
        }
    }
}
