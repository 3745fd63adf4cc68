using System.Collections.Concurrent;

namespace Balie.Kernel;

/// <summary>
/// What was read from the database, kept in memory until a signal says that it changed, signals may have been missed, or it is old. All who
/// ask while it is being read wait for the one read. Whatever is forgotten while it is being read answers those who asked before, and is
/// not kept; nor is a read that failed, or found nothing.
/// </summary>
public sealed class Remembered<TKey, TValue> where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();
    private readonly Signals _signals;
    private readonly TimeProvider _clock;
    private readonly Func<TKey, Task<TValue>> _read;

    /// <summary>Which key a payload names; false where it names none.</summary>
    public delegate bool Named(string payload, out TKey key);

    /// <param name="channel">Says what changed; a payload that names no key says that everything may have.</param>
    /// <param name="read">
    /// Reads through <see cref="SystemDb.Aside"/>, since those who wait for it may hold every other connection. None of them cancels it.
    /// </param>
    public Remembered(Signals signals, TimeProvider clock, string channel, Named named, Func<TKey, Task<TValue>> read)
    {
        (_signals, _clock, _read) = (signals, clock, read);
        signals.On(channel, payload => { if (named(payload, out var key)) Forget(key); else ForgetAll(); }, ForgetAll);
    }

    /// <summary>With so many entries all of them go.</summary>
    public int MostEntries { get; init; } = 10_000;

    /// <summary>How long an entry is trusted while signals are heard.</summary>
    public TimeSpan LongestAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long while they are not.</summary>
    public TimeSpan LongestAgeUnheard { get; init; } = TimeSpan.FromSeconds(1);

    public ValueTask<TValue> Of(TKey key, CancellationToken ct) => Of(key, _signals.Listening ? LongestAge : LongestAgeUnheard, ct);

    /// <summary>For whoever misses something in an entry that may have come since: one that was begun less than so long ago.</summary>
    public ValueTask<TValue> Of(TKey key, TimeSpan longestAge, CancellationToken ct)
    {
        if (_entries.TryGetValue(key, out var known))
        {
            if (_clock.GetElapsedTime(known.BegunAt) < longestAge) return new(known.Value.WaitAsync(ct));
            // This one and no other: somebody may have begun to read again.
            Remove(key, known);
        }
        if (_entries.Count >= MostEntries) ForgetAll();
        return new(_entries.GetOrAdd(key, Begin).Value.WaitAsync(ct));
    }

    /// <summary>For whoever changed something: this process hears the signal too, but its next request may be faster.</summary>
    public void Forget(TKey key) => _entries.TryRemove(key, out _);

    public void ForgetAll() => _entries.Clear();

    private Entry Begin(TKey key) => new(_clock.GetTimestamp(), entry => Read(key, entry));

    private async Task<TValue> Read(TKey key, Entry entry)
    {
        var found = false;
        try
        {
            var value = await _read(key);
            found = value is not null;
            return value;
        }
        finally { if (!found) Remove(key, entry); }
    }

    private void Remove(TKey key, Entry entry) => _entries.TryRemove(new(key, entry));

    // It stands in memory from before it is read: whoever forgets it takes it away then as well.
    private sealed class Entry
    {
        private readonly Lazy<Task<TValue>> _value;

        public Entry(long begunAt, Func<Entry, Task<TValue>> read) =>
            (BegunAt, _value) = (begunAt, new Lazy<Task<TValue>>(() => read(this)));

        public long BegunAt { get; }

        public Task<TValue> Value => _value.Value;
    }
}
