using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Balie.Kernel;

/// <summary>The figures an organisation lives by: what applies, which of them it chose itself, and what it may choose.</summary>
internal static class SeePolicies
{
    /// <param name="Values">Every figure as it applies now.</param>
    /// <param name="Own">The figures that this organisation chose; the others are defaults.</param>
    public sealed record PolicySheet(
        int Version, DateTimeOffset? ChangedAt, string? ChangedBy, JsonElement Values, JsonElement Own, Figure[] Figures) : IVersioned;

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/policies", Handle).Needs(Permission.OrganisationRead);

    private static async Task<Outcome<PolicySheet>> Handle(Db db, PolicyStore store, CancellationToken ct) =>
        Sheet(await db.One<Latest>(Latest.Select, null, ct), store.Defaults);

    internal static PolicySheet Sheet(Latest? latest, Policies defaults)
    {
        var own = JsonElement.Parse(latest?.Own ?? "{}");
        return new PolicySheet(
            latest?.Version ?? 0, latest?.ChangedAt, latest?.Actor, Figures.Write(Figures.Over(defaults, own)),
            own, Figures.Describe(defaults));
    }
}

/// <summary>The newest row of an organisation's policies.</summary>
internal sealed record Latest(int Version, DateTimeOffset ChangedAt, string Actor, string Own)
{
    public const string Select = """
        select version, changed_at, actor, own::text
        from kernel.policies
        where org_id = @orgId
        order by version desc
        limit 1
        """;
}
