using Balie.Contracts.Inventory;
using Balie.Inventory.Folds;
using Balie.Inventory.Pools;
using Balie.Inventory.Sequencing;

namespace Balie.Inventory;

/// <summary>The module's face to others; each verb is a file in Pools or Sequencing.</summary>
internal sealed class Inventory(Sequencer sequencer, DatabaseClock clock, TimeProvider time) : IInventory
{
    public DateTimeOffset Now => clock.Started ? clock.Now : time.GetUtcNow();

    public Task CreatePool(Tx tx, Guid poolId, int capacity, CancellationToken ct) => CreatePools(tx, [(poolId, capacity)], ct);

    public Task CreatePools(Tx tx, IReadOnlyList<(Guid PoolId, int Capacity)> pools, CancellationToken ct) =>
        Pools.CreatePools.Handle(tx, pools, ct);

    public Task<Outcome<PoolView>> ChangeCapacity(
        Tx tx, Guid poolId, int capacity, bool force, string actor, string reason, CancellationToken ct) =>
        Pools.ChangeCapacity.Handle(tx, poolId, capacity, force, actor, reason, ct);

    public Task<ClaimResult> Claim(ClaimRequest request, CancellationToken ct) => sequencer.Claim(request);

    public Task<int> Release(Tx tx, Guid holder, CancellationToken ct) => ReleaseUnits.Handle(tx, holder, ct);

    public Task<int> Release(Tx tx, Guid holder, IReadOnlyList<Demand> part, int elsewhere, CancellationToken ct) =>
        ReleaseUnits.Part(tx, holder, part, elsewhere, ct);

    public Task<int> HandOver(Tx tx, Guid from, Guid to, DateTimeOffset until, CancellationToken ct) =>
        HandOverUnits.Handle(tx, from, to, until, ct);

    public Task<bool> Extend(Tx tx, Guid holder, DateTimeOffset until, CancellationToken ct) =>
        ExtendUnits.Handle(tx, holder, until, ct);

    public Task<bool> Confirm(Tx tx, Guid holder, IReadOnlyList<Demand> demands, CancellationToken ct) =>
        ConfirmUnits.Handle(tx, holder, demands, ct);

    public async ValueTask<IReadOnlyList<PoolView>> See(Guid orgId, IReadOnlyList<Guid> poolIds, CancellationToken ct)
    {
        var folds = await sequencer.See(orgId, poolIds, ct);
        return [.. folds.OfType<Fold>().Select(fold => new PoolView(fold.Key.PoolId, fold.Capacity, fold.Available))];
    }

    public async ValueTask<IReadOnlyList<int>> FreeUnits(Guid orgId, Guid poolId, CancellationToken ct) =>
        (await sequencer.See(orgId, [poolId], ct))[0]?.FreeUnits() ?? [];
}
