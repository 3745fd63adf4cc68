using Balie.Contracts.Inventory;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Carts;

/// <summary>
/// Gives whoever needs more time the length of a hold once more, for everything in the cart at once. Once: whoever waits for the same
/// places need not wait for ever.
/// </summary>
internal static class ExtendCart
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/cart/extend", Handle).Public();

    public static async Task<Outcome<CartView>> Handle(
        CartKey key, Caller caller, CartReader carts, OfferKinds kinds, IInventory inventory, Db db, CancellationToken ct)
    {
        if (key.Problem is not null) return key.Problem;
        var whose = CartReader.Whose(key, caller);
        return await db.Transact<CartView>(async tx =>
        {
            await tx.Many<Guid>(LockLines, whose, ct);
            var cart = await carts.Read(tx, key, caller, ct);
            if (cart.Deadline is null) return CartEmpty;
            if (!cart.MayExtend) return AlreadyExtended;

            var until = inventory.Now + cart.Figures.HoldDuration;
            var lineIds = new List<Guid>();
            foreach (var line in cart.Lines.Where(line => line.IsHeld).OrderBy(line => line.LineId))
                if (await kinds.Get(line.Kind).Extend(tx, line.LineId, until, ct)) lineIds.Add(line.LineId);
            foreach (var use in cart.Vouchers) await inventory.Extend(tx, use.UseId, until, ct);
            await tx.Run(MarkExtended, new { lineIds = lineIds.ToArray(), tx.Now }, ct);
            return (await carts.Read(tx, key, caller, ct)).View();
        }, ct);
    }

    // Two clicks at once: the second waits here, and then reads that the first was there.
    private const string LockLines = $"""
        select line_id
        from orders.cart_lines
        where org_id = @orgId and order_id is null and cart_id in ({CartReader.Theirs})
        order by line_id
        for update
        """;

    private const string MarkExtended = """
        update orders.cart_lines
        set extended_at = @now
        where org_id = @orgId and line_id = any (@lineIds)
        """;
}
