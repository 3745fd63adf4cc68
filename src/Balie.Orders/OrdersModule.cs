namespace Balie.Orders;

/// <summary>Carts, vouchers, orders and what becomes of them. It knows no tickets and no products, only offers.</summary>
public sealed class OrdersModule : IModule
{
    public string Name => "orders";

    public IReadOnlyList<string> Needs => ["identity", "inventory", "payments"];
}
