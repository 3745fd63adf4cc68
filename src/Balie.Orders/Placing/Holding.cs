using Balie.Contracts.Inventory;
using Balie.Contracts.Orders;
using Balie.Orders.Carts;
using Balie.Orders.Vouchers;

namespace Balie.Orders.Placing;

/// <summary>
/// What one request takes for itself before its order exists: the lines it names, and the codes. Each is committed on its own with an end,
/// so whatever happens to this process, it comes free.
/// </summary>
internal sealed class Holding(
    OfferKinds kinds, Caller caller, Buyer buyer, IReadOnlyList<Voucher> vouchers, IInventory inventory, Db db)
{
    private static readonly TimeSpan LongestPlacing = TimeSpan.FromMinutes(1);

    private readonly List<(string Kind, Guid HoldId)> _holds = [];

    public IReadOnlyList<(string Kind, Guid HoldId)> Holds => _holds;

    /// <summary>Null when everything is held; otherwise why not, and the caller lets go of the rest.</summary>
    public async Task<Refusal?> Take(IReadOnlyList<CheckOut.Line> lines, CancellationToken ct)
    {
        var unlocked = UnlockedOffers.Of(vouchers);
        foreach (var line in lines)
        {
            var holdId = db.NewId();
            var held = await kinds.Get(line.Kind).Hold(
                new HoldRequest(holdId, caller, line.Offer, buyer, null, unlocked, _ => []), ct);
            if (held.Value is null) return held.Refusal ?? OrdersRefusals.HoldEnded;
            _holds.Add((line.Kind, holdId));
        }
        foreach (var voucher in vouchers.Where(voucher => voucher.MaxUses is not null))
        {
            var claim = await inventory.Claim(new ClaimRequest(
                db.OrgId, voucher.UseId, inventory.Now + LongestPlacing, [new Demand(voucher.VoucherId, 1)], []), ct);
            if (claim is not ClaimResult.Claimed) return OrdersRefusals.VoucherUsedUp.With("voucher", voucher.Code);
        }
        return null;
    }

    public async Task LetGo(SystemDb system, CancellationToken ct)
    {
        if (_holds.Count == 0 && vouchers.Count == 0) return;
        await system.As(db.OrgId).Transact(async tx =>
        {
            foreach (var (kind, holdId) in _holds) await kinds.Get(kind).Release(tx, holdId, caller.Actor, "not ordered", ct);
            foreach (var voucher in vouchers) await inventory.Release(tx, voucher.UseId, ct);
        }, ct);
    }
}
