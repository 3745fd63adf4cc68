using Balie.Contracts.Inventory;
using Balie.Orders.Vouchers;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Carts;

/// <summary>Takes a code out of the cart, so that it can be used elsewhere.</summary>
internal static class RemoveVoucher
{
    public static void Map(IEndpointRouteBuilder api) => api.MapDelete("/cart/vouchers/{code}", Handle).Public();

    public static async Task<Outcome<CartView>> Handle(
        string code, CartKey key, Caller caller, CartReader carts, IInventory inventory, Db db, CancellationToken ct)
    {
        if (key.Problem is not null) return key.Problem;
        var whose = CartReader.Whose(key, caller);
        return await db.Transact<CartView>(async tx =>
        {
            var useIds = await tx.Many<Guid>(Delete, new { code = Voucher.Read(code), whose.UserId, whose.GuestCartId }, ct);
            if (useIds.Length == 0) return VoucherNotFound;
            foreach (var useId in useIds) await inventory.Release(tx, useId, ct);
            return (await carts.Read(tx, key, caller, ct)).View();
        }, ct);
    }

    private const string Delete = $"""
        delete from orders.voucher_uses as uses
        using orders.vouchers
        where uses.org_id = @orgId and vouchers.org_id = @orgId and vouchers.voucher_id = uses.voucher_id and vouchers.code = @code
        and uses.order_id is null and uses.cart_id in ({CartReader.Theirs})
        returning uses.use_id
        """;
}
