using System.Reflection;
using Balie.Identity;
using Balie.Inventory;
using Balie.Notifications;
using Balie.Orders;
using Balie.Payments;
using Balie.Ticketing;

namespace Balie;

/// <summary>The only list of modules. Order is migration order.</summary>
public static class Modules
{
    public static readonly IReadOnlyList<IModule> All =
    [
        new IdentityModule(), new InventoryModule(), new TicketingModule(), new PaymentsModule(), new OrdersModule(),
        new NotificationsModule(),
    ];

    /// <summary>The migrations of the kernel, then of every module: an absent module may be switched on later without a gap.</summary>
    public static IReadOnlyList<MigrationScript> Scripts { get; } =
        [.. MigrationScript.Of("kernel", typeof(IModule).Assembly),
            .. All.SelectMany(module => MigrationScript.Of(module.Name, module.GetType().Assembly))];

    public static Assembly[] Assemblies => [.. All.Select(module => module.GetType().Assembly)];

    /// <summary>Which modules this installation has: <c>Balie:Modules</c>, all by default.</summary>
    /// <exception cref="OperatorException">One is unknown, or misses a module it needs.</exception>
    public static IReadOnlyList<IModule> Chosen(IConfiguration config)
    {
        var section = config.GetSection("Balie:Modules");
        var names = Named("Balie:Modules", section.GetChildren().Select(child => child.Value ?? "").Append(section.Value ?? ""));
        IReadOnlyList<IModule> chosen = names.Count == 0 ? All : [.. All.Where(module => names.Contains(module.Name))];
        foreach (var module in chosen)
        {
            if (module.Needs.Except(chosen.Select(other => other.Name)).FirstOrDefault() is not { } missing) continue;
            throw new OperatorException(
                $"Balie:Modules leaves out {missing}, which {module.Name} needs: add {missing}, or leave out {module.Name} too.");
        }
        return chosen;
    }

    /// <summary>With the checks of the house as a whole, where it has the modules that they hold against each other.</summary>
    public static IReadOnlyList<IModule> WithHouseChecks(IReadOnlyList<IModule> chosen)
    {
        var house = new HouseChecks();
        return house.Needs.All(name => chosen.Any(module => module.Name == name)) ? [.. chosen, house] : chosen;
    }

    /// <summary>
    /// What one process shows: with <c>--only</c> the others still answer asks, but have no routes, listeners and jobs here.
    /// </summary>
    /// <exception cref="OperatorException">A name is unknown.</exception>
    public static IReadOnlyList<IModule> Shown(IReadOnlyList<IModule> chosen, IEnumerable<string> only)
    {
        var names = Named("--only", only);
        return names.Count == 0 ? chosen : [.. chosen.Where(module => names.Contains(module.Name))];
    }

    private static HashSet<string> Named(string key, IEnumerable<string> values)
    {
        var names = values.SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var known = All.Select(module => module.Name);
        if (names.FirstOrDefault(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)) is not { } unknown) return names;
        throw new OperatorException($"{key} names {unknown}, which is not a module: choose from {string.Join(", ", known)}.");
    }
}
