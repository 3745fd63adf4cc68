namespace Balie.Inventory;

/// <summary>Every way this module says no. Codes are public API: add, never rename, never reuse.</summary>
internal static class InventoryRefusals
{
    public static readonly Refusal PoolNotFound = Refusal.NotFound("inventory.pool_not_found", "There is no such pool.");
    public static readonly Refusal CapacityBelowLive = Refusal.Conflict("inventory.capacity_below_live",
        "More is sold or held than the new capacity allows. Choose a higher capacity, release something first, or force the change.");
}
