using Balie.Tests.Routes;

namespace Balie.Tests.House;

/// <summary>What every route of the running product must say about itself. Each rule returns the routes that break it.</summary>
internal static class RouteRules
{
    public static IEnumerable<string> WithoutAccess(IEnumerable<MappedRoute> routes) =>
        from route in routes where route.IsApi && route.Access is null select $"{route.Name} says not who may use it";

    /// <summary>What stands outside the API answers everybody without a caller, so each such address is named by hand.</summary>
    public static IEnumerable<string> Unguarded(IEnumerable<MappedRoute> routes, IReadOnlyCollection<string> known) =>
        from route in routes where !route.IsApi && !known.Contains(route.Name) select $"{route.Name} stands outside the API";

    public static IEnumerable<string> CreatesWithoutKey(IEnumerable<MappedRoute> routes, IReadOnlyCollection<string> exempt) =>
        from route in routes
        where route is { Method: "POST", Creates: true, WantsKey: false } && !exempt.Contains(route.Name)
        select $"{route.Name} creates without an Idempotency-Key";

    public static IEnumerable<string> Twins(IEnumerable<MappedRoute> routes) => Walls.Twins("route", routes.Select(route => route.Name));
}
