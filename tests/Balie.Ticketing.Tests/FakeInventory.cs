using System.Collections.Concurrent;
using Balie.Contracts.Inventory;

namespace Balie.Ticketing.Tests;

/// <summary>
/// Inventory where Ticketing is tested alone: remembers pools and how many of their units are taken. It knows no transactions.
/// </summary>
public sealed class FakeInventory : IInventory
{
    private readonly ConcurrentDictionary<Guid, (int Capacity, int Taken)> _pools = new();

    public DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public int? CapacityOf(Guid poolId) => _pools.TryGetValue(poolId, out var pool) ? pool.Capacity : null;

    /// <summary>As if so many units of a pool were sold.</summary>
    public void Sell(Guid poolId, int units) => _pools[poolId] = _pools[poolId] with { Taken = units };

    public Task CreatePool(Tx tx, Guid poolId, int capacity, CancellationToken ct) => CreatePools(tx, [(poolId, capacity)], ct);

    public Task CreatePools(Tx tx, IReadOnlyList<(Guid PoolId, int Capacity)> pools, CancellationToken ct)
    {
        foreach (var (poolId, capacity) in pools) _pools.TryAdd(poolId, (capacity, 0));
        return Task.CompletedTask;
    }

    public Task<Outcome<PoolView>> ChangeCapacity(
        Tx tx, Guid poolId, int capacity, bool force, string actor, string reason, CancellationToken ct)
    {
        var taken = _pools[poolId].Taken;
        if (capacity < taken && !force)
            return Task.FromResult<Outcome<PoolView>>(Refusal.Conflict("inventory.capacity_below_live", "More is sold than that."));
        _pools[poolId] = (capacity, taken);
        return Task.FromResult<Outcome<PoolView>>(new PoolView(poolId, capacity, capacity - taken));
    }

    public ValueTask<IReadOnlyList<PoolView>> See(Guid orgId, IReadOnlyList<Guid> poolIds, CancellationToken ct) =>
        ValueTask.FromResult<IReadOnlyList<PoolView>>([.. poolIds.Where(_pools.ContainsKey).Select(View)]);

    private PoolView View(Guid poolId)
    {
        var (capacity, taken) = _pools[poolId];
        return new PoolView(poolId, capacity, capacity - taken);
    }

    public Task<ClaimResult> Claim(ClaimRequest request, CancellationToken ct) =>
        throw new NotSupportedException("The catalogue claims nothing.");

    public Task<int> Release(Tx tx, Guid holder, CancellationToken ct) =>
        throw new NotSupportedException("The catalogue releases nothing.");

    public Task<int> Release(Tx tx, Guid holder, IReadOnlyList<Demand> part, int elsewhere, CancellationToken ct) =>
        throw new NotSupportedException("The catalogue releases nothing.");

    public Task<int> HandOver(Tx tx, Guid from, Guid to, DateTimeOffset until, CancellationToken ct) =>
        throw new NotSupportedException("The catalogue hands nothing over.");

    public Task<bool> Extend(Tx tx, Guid holder, DateTimeOffset until, CancellationToken ct) =>
        throw new NotSupportedException("The catalogue extends nothing.");

    public Task<bool> Confirm(Tx tx, Guid holder, IReadOnlyList<Demand> demands, CancellationToken ct) =>
        throw new NotSupportedException("The catalogue confirms nothing.");

    public ValueTask<IReadOnlyList<int>> FreeUnits(Guid orgId, Guid poolId, CancellationToken ct) =>
        throw new NotSupportedException("The catalogue shows no free units.");
}
