using Balie.Contracts.Inventory;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Carts;

/// <summary>
/// What somebody put into a cart before they signed in becomes theirs: the guest's cart belongs to the person's from here on, and a line
/// that another tab is putting into it at this moment comes along. Everything then ends with what ends first.
/// </summary>
internal static class MergeCart
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/cart/merge", Handle).SignedIn();

    public static async Task<Outcome<CartView>> Handle(
        CartKey key, Caller caller, CartReader carts, OfferKinds kinds, IInventory inventory, Db db, CancellationToken ct)
    {
        if (key.Problem is not null) return key.Problem;
        if (key.CartId is not { } cartId || caller.UserId is not { } userId) return NothingToMerge;
        return await db.Transact<CartView>(async tx =>
        {
            await tx.Run(CartRows.MakeCart, new { CartId = userId, UserId = userId, tx.Now }, ct);
            await tx.Run(Join, new { cartId, userId }, ct);
            var cart = await carts.Read(tx, key, caller, ct);
            if (cart.Deadline is not { } deadline) return cart.View();

            foreach (var line in cart.Lines.Where(line => line.IsHeld && line.Held?.ExpiresAt != deadline).OrderBy(line => line.LineId))
                await kinds.Get(line.Kind).Extend(tx, line.LineId, deadline, ct);
            foreach (var use in cart.Vouchers) await inventory.Extend(tx, use.UseId, deadline, ct);
            return (await carts.Read(tx, key, caller, ct)).View();
        }, ct);
    }

    // Twice does nothing; somebody else's is left alone.
    private const string Join = """
        update orders.carts
        set merged_into = @userId
        where org_id = @orgId and cart_id = @cartId and user_id is null and merged_into is null
        """;
}
