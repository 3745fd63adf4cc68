using Balie.Contracts.Orders;
using Balie.Orders.Vouchers;

namespace Balie.Orders.Carts;

/// <summary>Answers other modules what the vouchers in somebody's cart open.</summary>
internal sealed class UnlockedOffers(SystemDb system) : IUnlockedOffers
{
    public async Task<IReadOnlyList<Guid>> Of(Caller caller, string? cart, CancellationToken ct)
    {
        var whose = CartReader.Whose(CartKey.Read(cart), caller);
        if (whose is { UserId: null, GuestCartId: null }) return [];
        var db = system.As(caller.OrgId);
        return Of(CartVouchers.Of(await db.Many<Voucher>(CartVouchers.Select, new { whose.UserId, whose.GuestCartId, db.Now }, ct)));
    }

    public static IReadOnlyList<Guid> Of(IEnumerable<CartVoucher> vouchers) => Of(vouchers.Select(use => use.Voucher));

    public static IReadOnlyList<Guid> Of(IEnumerable<Voucher> vouchers) =>
        [.. vouchers.Where(voucher => voucher.Kind == VoucherKinds.Unlock).SelectMany(voucher => voucher.OfferIds ?? [])];
}
