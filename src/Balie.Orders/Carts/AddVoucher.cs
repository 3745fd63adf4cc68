using Balie.Contracts.Inventory;
using Balie.Orders.Vouchers;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Carts;

/// <summary>
/// Puts a code into the cart: a discount, a gift voucher, or what opens hidden offers. A use of a limited one is held as long as the cart
/// is. The same code again changes nothing.
/// </summary>
internal static class AddVoucher
{
    public sealed record Request(string Code);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/cart/vouchers", Handle).Public();

    public static async Task<Outcome<CartView>> Handle(
        Request request, CartKey key, Caller caller, CartReader carts, VoucherUses uses, IInventory inventory, Db db, CancellationToken ct)
    {
        if (key.Problem is not null) return key.Problem;
        if (await FindVoucher.ByCode(db, request.Code, ct) is not { } voucher) return VoucherUnknown.At("code");
        var cart = await carts.Read(db, key, caller, ct);
        if (cart.Vouchers.Any(use => use.Voucher.VoucherId == voucher.VoucherId)) return cart.View();
        if (FindVoucher.Misfit(voucher, [.. cart.Vouchers.Select(use => use.Voucher)]) is { } misfit) return misfit;

        var until = cart.Deadline ?? inventory.Now + cart.Figures.HoldDuration;
        var refused = await uses.Hold(
            caller.OrgId, cart.CartId, db.NewId(), voucher, until, db.Now, CartRows.Of(caller.OrgId, cart, db.Now), ct);
        if (refused is not null) return refused;
        var token = cart.Token is null ? key : new CartKey(cart.Token, null);
        return (await carts.Read(db, token, caller, ct)).View();
    }
}
