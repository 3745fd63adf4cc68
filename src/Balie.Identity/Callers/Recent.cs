using System.Collections.Concurrent;

namespace Balie.Identity.Callers;

/// <summary>
/// A bounded memory of two generations: when the younger is full it becomes the older and what nobody asked for meanwhile is gone.
/// At most twice <paramref name="generation"/> entries; finding one takes no lock and allocates nothing.
/// </summary>
internal sealed class Recent<TKey, TValue>(int generation) where TKey : notnull where TValue : class
{
    private readonly Lock _turn = new();
    private volatile ConcurrentDictionary<TKey, TValue> _younger = new();
    private volatile ConcurrentDictionary<TKey, TValue> _older = new();
    private int _added;

    public TValue? Find(TKey key)
    {
        if (_younger.TryGetValue(key, out var young)) return young;
        if (!_older.TryGetValue(key, out var old)) return null;
        Add(key, old);
        return old;
    }

    public void Add(TKey key, TValue value)
    {
        _younger[key] = value;
        if (Interlocked.Increment(ref _added) <= generation) return;
        lock (_turn)
        {
            if (_added <= generation) return;
            _older = _younger;
            _younger = new();
            _added = 0;
        }
    }

    /// <summary>
    /// Shows every entry to <paramref name="look"/>, which marks those that are no longer true; looks at all, so it is for news and not
    /// for requests. Marked rather than removed, because a request may hold one in its hand and put it back.
    /// </summary>
    public void Each(Action<TValue> look)
    {
        lock (_turn)
        {
            foreach (var entry in _younger) look(entry.Value);
            foreach (var entry in _older) look(entry.Value);
        }
    }
}
