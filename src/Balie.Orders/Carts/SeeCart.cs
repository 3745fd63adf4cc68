namespace Balie.Orders.Carts;

/// <summary>
/// The cart as it is priced at this moment. What it costs is never taken from the browser: a line whose price changed says what it was.
/// </summary>
internal static class SeeCart
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/cart", Handle).Public();

    public static async Task<Outcome<CartView>> Handle(CartKey key, Caller caller, CartReader carts, Db db, CancellationToken ct) =>
        key.Problem is not null ? key.Problem : (await carts.Read(db, key, caller, ct)).View();
}
