namespace Balie.Orders;

public sealed class OrdersModule : IModule
{
    public string Name => "orders";

    public IReadOnlyList<string> Needs => ["identity", "payments"];
}
