using Balie.Contracts.Inventory;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Orders.Tests.Doubles;

/// <summary>Pools and claims in two plain tables, by the test's clock. Slow, one at a time, and right.</summary>
internal sealed class FakeInventory(IServiceProvider services, TimeProvider clock) : IInventory
{
    public DateTimeOffset Now => clock.GetUtcNow();

    public Task CreatePool(Tx tx, Guid poolId, int capacity, CancellationToken ct) =>
        tx.Run("insert into doubles.pools (pool_id, capacity) values (@poolId, @capacity)", new { poolId, capacity }, ct);

    public async Task<ClaimResult> Claim(ClaimRequest request, CancellationToken ct)
    {
        SoldOutAt? over = null;
        var refused = await Companions.Commit(services.GetRequiredService<Databases>(), request.Companions, async connection =>
        {
            await connection.ExecuteAsync("lock table doubles.claims in exclusive mode");
            foreach (var demand in request.Demands)
            {
                var free = await connection.ExecuteScalarAsync<long>(Free, new { demand.PoolId, Now = Now.UtcDateTime });
                if (free < demand.Quantity)
                {
                    over = new SoldOutAt(demand, (int)free);
                    return false;
                }
                await connection.ExecuteAsync(Take, new
                {
                    demand.PoolId,
                    request.Holder,
                    demand.Quantity,
                    ExpiresAt = request.ExpiresAt?.UtcDateTime,
                });
            }
            return true;
        }, ct);
        if (over is { } short_) return new ClaimResult.SoldOut(short_.Demand.PoolId, short_.Demand.Quantity, short_.Free);
        return refused is null ? new ClaimResult.Claimed([]) : new ClaimResult.Refused(refused);
    }

    public Task<int> Release(Tx tx, Guid holder, CancellationToken ct) =>
        tx.Run("delete from doubles.claims where holder = @holder", new { holder }, ct);

    public Task<int> Release(Tx tx, Guid holder, IReadOnlyList<Demand> part, int elsewhere, CancellationToken ct) =>
        throw new NotSupportedException("Orders releases whole holders.");

    public Task<int> HandOver(Tx tx, Guid from, Guid to, DateTimeOffset until, CancellationToken ct) =>
        throw new NotSupportedException("Orders hands nothing over.");

    public async Task<bool> Extend(Tx tx, Guid holder, DateTimeOffset until, CancellationToken ct) =>
        await tx.Run("update doubles.claims set expires_at = @until where holder = @holder and expires_at >= @Now",
            new { holder, until, Now }, ct) > 0;

    public async Task<bool> Confirm(Tx tx, Guid holder, IReadOnlyList<Demand> demands, CancellationToken ct)
    {
        await tx.Run("lock table doubles.claims in exclusive mode", null, ct);
        await tx.Run("delete from doubles.claims where holder = @holder", new { holder }, ct);
        foreach (var demand in demands)
        {
            if (await tx.One<long>(Free, new { demand.PoolId, Now }, ct) < demand.Quantity) return false;
            await tx.Run(Take, new { demand.PoolId, Holder = holder, demand.Quantity, ExpiresAt = (DateTime?)null }, ct);
        }
        return true;
    }

    public Task CreatePools(Tx tx, IReadOnlyList<(Guid PoolId, int Capacity)> pools, CancellationToken ct) =>
        throw new NotSupportedException("Orders makes one pool at a time.");

    public Task<Outcome<PoolView>> ChangeCapacity(
        Tx tx, Guid poolId, int capacity, bool force, string actor, string reason, CancellationToken ct) =>
        throw new NotSupportedException("Orders changes no capacity.");

    public ValueTask<IReadOnlyList<PoolView>> See(Guid orgId, IReadOnlyList<Guid> poolIds, CancellationToken ct) =>
        throw new NotSupportedException("Orders looks at no pools.");

    public ValueTask<IReadOnlyList<int>> FreeUnits(Guid orgId, Guid poolId, CancellationToken ct) =>
        throw new NotSupportedException("Orders chooses no units.");

    private sealed record SoldOutAt(Demand Demand, int Free);

    private const string Free = """
        select capacity - coalesce((
            select sum(quantity) from doubles.claims
            where claims.pool_id = pools.pool_id and (expires_at is null or expires_at >= @Now)), 0)
        from doubles.pools
        where pool_id = @PoolId
        """;

    private const string Take =
        "insert into doubles.claims (pool_id, holder, quantity, expires_at) values (@PoolId, @Holder, @Quantity, @ExpiresAt)";
}
