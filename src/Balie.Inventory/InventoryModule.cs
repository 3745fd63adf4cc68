namespace Balie.Inventory;

public sealed class InventoryModule : IModule
{
    public string Name => "inventory";
}
