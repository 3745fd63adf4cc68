namespace Balie.Contracts.Inventory;

/// <summary>Some units of one pool: any <paramref name="Quantity"/> of them, or exactly the <paramref name="Units"/> named.</summary>
/// <param name="Capacity">
/// Set for a pool that is made by its first claim, such as a person's limit. A later, higher figure raises it; a lower one leaves it.
/// </param>
public sealed record Demand(Guid PoolId, int Quantity, IReadOnlyList<int>? Units = null, int? Capacity = null);

/// <summary>
/// Units of several pools for one holder: all of them or none. Demands on the same pool are added up before anything is decided.
/// The rows of <paramref name="Companions"/> commit in the same transaction as the claims, or not at all.
/// </summary>
/// <param name="Holder">The booking or order line that will hold the units; one request per holder.</param>
/// <param name="ExpiresAt">On the database's clock (<see cref="IInventory.Now"/>), or null for units that are sold at once.</param>
public sealed record ClaimRequest(
    Guid OrgId, Guid Holder, DateTimeOffset? ExpiresAt, IReadOnlyList<Demand> Demands, IReadOnlyList<CompanionRow> Companions);

/// <summary>How a claim ended.</summary>
public abstract record ClaimResult
{
    private ClaimResult()
    {
    }

    /// <summary>Committed. Units per demand, in the demands' order.</summary>
    public sealed record Claimed(IReadOnlyList<IReadOnlyList<int>> Units) : ClaimResult;

    /// <summary>The database was asked, and this pool has fewer free units than requested.</summary>
    public sealed record SoldOut(Guid PoolId, int Requested, int Available) : ClaimResult;

    /// <summary>These named units have another holder, or do not exist.</summary>
    public sealed record UnitsTaken(Guid PoolId, IReadOnlyList<int> Units) : ClaimResult;

    /// <summary>A companion's check or key refused the request.</summary>
    public sealed record Refused(string Companion) : ClaimResult;
}

/// <summary>What a pool looks like now. <c>Available = Capacity − sold − held</c>, never stored.</summary>
public sealed record PoolView(Guid PoolId, int Capacity, int Available);

/// <summary>Everything countable: places, seats, a ticket type's own cap, a person's limit, stock. See design.md §2.</summary>
public interface IInventory
{
    /// <summary>The database's clock, kept between answers by a monotonic one; a jump of this machine's clock does not move it.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Makes a pool in the caller's transaction. A pool that exists already is left as it is.</summary>
    Task CreatePool(Tx tx, Guid poolId, int capacity, CancellationToken ct);

    /// <summary>The same for many pools in one statement.</summary>
    Task CreatePools(Tx tx, IReadOnlyList<(Guid PoolId, int Capacity)> pools, CancellationToken ct);

    /// <summary>
    /// Changes a capacity in the caller's transaction. Below what is sold and held it is refused, unless forced; every change is recorded
    /// with actor and reason.
    /// </summary>
    Task<Outcome<PoolView>> ChangeCapacity(Tx tx, Guid poolId, int capacity, bool force, string actor, string reason, CancellationToken ct);

    /// <summary>Claims through the sequencer: the answer means committed. Safe to call from thousands of requests at once.</summary>
    Task<ClaimResult> Claim(ClaimRequest request, CancellationToken ct);

    /// <summary>Frees whatever the holder has, in the transaction that records why. Returns how many units came free.</summary>
    Task<int> Release(Tx tx, Guid holder, CancellationToken ct);

    /// <summary>
    /// Frees a part of what the holder has: the units named, or any so many of a pool; of every other pool as many as
    /// <paramref name="elsewhere"/>. Returns how many units came free.
    /// </summary>
    Task<int> Release(Tx tx, Guid holder, IReadOnlyList<Demand> part, int elsewhere, CancellationToken ct);

    /// <summary>
    /// Gives everything that one holder still holds to another, with another end, in the caller's transaction: there is no moment in which
    /// nobody holds it. Returns how many units it was; what lapsed stays behind.
    /// </summary>
    Task<int> HandOver(Tx tx, Guid from, Guid to, DateTimeOffset until, CancellationToken ct);

    /// <summary>
    /// Moves the end of a hold, on the database's clock, in the caller's transaction. False when it has ended already: nothing was changed.
    /// </summary>
    Task<bool> Extend(Tx tx, Guid holder, DateTimeOffset until, CancellationToken ct);

    /// <summary>
    /// Makes held units sold, in the caller's transaction. What lapsed meanwhile is taken again if it can be: the same unit when it was
    /// chosen or is still free, another one otherwise. False when a demand cannot be met any more: nothing was changed, refund.
    /// </summary>
    Task<bool> Confirm(Tx tx, Guid holder, IReadOnlyList<Demand> demands, CancellationToken ct);

    /// <summary>Pools as the fold in memory sees them; at most a quarter of a second behind. Unknown pools are left out.</summary>
    ValueTask<IReadOnlyList<PoolView>> See(Guid orgId, IReadOnlyList<Guid> poolIds, CancellationToken ct);

    /// <summary>Which units of a pool look free, ascending: a picture to choose seats from, not a promise.</summary>
    ValueTask<IReadOnlyList<int>> FreeUnits(Guid orgId, Guid poolId, CancellationToken ct);
}
