using System.Threading.Channels;

namespace Balie.Tests.Simulation;

/// <summary>
/// A few products side by side, each with a database and a time of its own, which tell stories one after another, an organisation each.
/// </summary>
public sealed class Lanes : IAsyncLifetime
{
    private const int Count = 4;
    private readonly Channel<SimulatedProduct> _free = Channel.CreateUnbounded<SimulatedProduct>();
    private readonly List<SimulatedProduct> _all = [];

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < Count; i++)
        {
            var product = new SimulatedProduct();
            await product.InitializeAsync();
            _all.Add(product);
            await _free.Writer.WriteAsync(product);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable product in _all) await product.DisposeAsync();
    }

    /// <summary>Tells all of them, and fails with the log of every one that went wrong.</summary>
    internal async Task Tell(IEnumerable<int> seeds)
    {
        var failures = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = Count, CancellationToken = Product.Ct };
        await Parallel.ForEachAsync(seeds, atOnce, async (seed, ct) =>
        {
            var product = await _free.Reader.ReadAsync(ct);
            try
            {
                if (await Failure(product, seed) is { } failure) failures.Enqueue(failure);
            }
            finally { await _free.Writer.WriteAsync(product, CancellationToken.None); }
        });
        if (!failures.IsEmpty) Assert.Fail(string.Join("\n\n", failures.Take(3)) + $"\n\n{failures.Count} seeds failed.");
    }

    private static async Task<string?> Failure(SimulatedProduct product, int seed)
    {
        var story = new Story(product, seed);
        try
        {
            await story.Tell();
            return null;
        }
        catch (Exception violation) when (!Product.Ct.IsCancellationRequested)
        {
            return KnownSeeds.Keep(seed, story.Log, [.. product.Ear.Take(), violation.ToString()]);
        }
    }
}
