namespace Balie.Kernel;

/// <summary>
/// Wakes a worker that waits for news. Rung several times before it looks, it wakes it once; a worker looks by itself as well, so a ring
/// that is lost costs only time.
/// </summary>
public sealed class Bell : IDisposable
{
    private readonly SemaphoreSlim _rung = new(0, 1);

    public void Ring()
    {
        try { _rung.Release(); }
        // It was rung already and nobody has looked yet; or the process is going down.
        catch (Exception known) when (known is SemaphoreFullException or ObjectDisposedException) { }
    }

    /// <summary>Until it rings, at most so long.</summary>
    public Task Wait(TimeSpan atMost, CancellationToken ct) => _rung.WaitAsync(atMost, ct);

    public void Dispose() => _rung.Dispose();
}
