using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Carts;

/// <summary>Takes a line out of the cart; what it held is free for others the moment this commits.</summary>
internal static class RemoveLine
{
    public static void Map(IEndpointRouteBuilder api) => api.MapDelete("/cart/lines/{lineId:guid}", Handle).Public();

    public static async Task<Outcome<CartView>> Handle(
        Guid lineId, CartKey key, Caller caller, CartReader carts, OfferKinds kinds, Db db, CancellationToken ct)
    {
        if (key.Problem is not null) return key.Problem;
        var whose = CartReader.Whose(key, caller);
        return await db.Transact<CartView>(async tx =>
        {
            if (await tx.One<string>(Delete, new { lineId, whose.UserId, whose.GuestCartId }, ct) is not { } kind) return LineNotFound;
            await kinds.Get(kind).Release(tx, lineId, caller.Actor, "taken out of the cart", ct);
            return (await carts.Read(tx, key, caller, ct)).View();
        }, ct);
    }

    private const string Delete = $"""
        delete from orders.cart_lines
        where org_id = @orgId and line_id = @lineId and order_id is null and cart_id in ({CartReader.Theirs})
        returning kind
        """;
}
