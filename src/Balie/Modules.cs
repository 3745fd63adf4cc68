using System.Reflection;
using Balie.Identity;
using Balie.Inventory;
using Balie.Ticketing;

namespace Balie;

/// <summary>The only list of modules. Order is migration order.</summary>
public static class Modules
{
    public static readonly IReadOnlyList<IModule> All = [new IdentityModule(), new InventoryModule(), new TicketingModule()];

    /// <summary>The migrations of the kernel, then of every module: an absent module may be switched on later without a gap.</summary>
    public static IReadOnlyList<MigrationScript> Scripts { get; } =
        [.. MigrationScript.Of("kernel", typeof(IModule).Assembly), .. All.SelectMany(module => MigrationScript.Of(module.Name, module.GetType().Assembly))];

    public static Assembly[] Assemblies => [.. All.Select(module => module.GetType().Assembly)];
}
