using Balie.Contracts.Inventory;
using Balie.Inventory.Folds;
using Balie.Inventory.Sequencing;
using Microsoft.Extensions.Configuration;

namespace Balie.Inventory;

public sealed class InventoryModule : IModule
{
    public string Name => "inventory";

    public void AddServices(IServiceCollection services, IConfigurationSection config)
    {
        services.AddSingleton<DatabaseClock>();
        services.AddSingleton<InventoryMeter>();
        services.AddSingleton<Sequencer>();
        services.AddHostedService(provider => provider.GetRequiredService<Sequencer>());
        services.AddSingleton<IInventory, Inventory>();
    }

    public void Verify(Checks that)
    {
        that.Holds("I1 sold + held ≤ capacity per pool, unless a forced change says otherwise", """
            select format('pool %s of organisation %s: %s live, capacity %s', pool_id, org_id, count(*), capacity)
            from inventory.claims
            join inventory.pools using (org_id, pool_id)
            where expires_at is null or expires_at >= clock_timestamp()
            group by org_id, pool_id, capacity
            having (count(*) > capacity or max(unit) > capacity)
            and not exists (
                select from inventory.capacity_changes as change
                where change.org_id = claims.org_id and change.pool_id = claims.pool_id and change.forced
            )
            """);
        that.Holds("I1 every claim belongs to a pool", """
            select format('claim of unit %s in pool %s of organisation %s', unit, pool_id, org_id)
            from inventory.claims
            where not exists (select from inventory.pools where pools.org_id = claims.org_id and pools.pool_id = claims.pool_id)
            """);
        that.Holds("I1 every process's memory of the pools equals the claims", """
            select format('process %s at %s: %s units differed', process_id, audited_at, drifted)
            from inventory.fold_audits
            where drifted > 0 and audited_at > clock_timestamp() - interval '10 minutes'
            """);
    }
}
