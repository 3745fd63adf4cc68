using Balie.Contracts.Inventory;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Inventory.Tests;

/// <summary>Inventory has no routes: its front door is its contract.</summary>
public sealed class InventoryApp : ModuleApp<InventoryModule>
{
    public IInventory Inventory => Services.GetRequiredService<IInventory>();

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async Task<Guid> Pool(int capacity, Guid? poolId = null)
    {
        var id = poolId ?? Guid.CreateVersion7();
        await Db.Transact(tx => Inventory.CreatePool(tx, id, capacity, Ct), Ct);
        return id;
    }

    public Task<ClaimResult> Claim(Guid poolId, int quantity = 1, TimeSpan? hold = null, Guid? holder = null) =>
        Claim([new Demand(poolId, quantity)], hold, holder);

    public Task<ClaimResult> Claim(IReadOnlyList<Demand> demands, TimeSpan? hold = null, Guid? holder = null) =>
        Inventory.Claim(
            new ClaimRequest(Db.OrgId, holder ?? Guid.CreateVersion7(), hold is null ? null : Inventory.Now + hold, demands, []), Ct);

    public async Task<int> Available(Guid poolId) => (await Inventory.See(Db.OrgId, [poolId], Ct)).Single().Available;

    public Task<long> Live(Guid poolId) =>
        Db.One<long>(
            "select count(*) from inventory.claims where pool_id = @poolId and (expires_at is null or expires_at >= clock_timestamp())",
            new { poolId }, Ct);

    /// <summary>Makes time pass for the holds of a pool: the database's clock cannot be moved, so the holds are.</summary>
    public Task Lapse(Guid poolId) =>
        Db.Run("update inventory.claims set expires_at = expires_at - interval '1 day' where pool_id = @poolId", new { poolId }, Ct);
}
