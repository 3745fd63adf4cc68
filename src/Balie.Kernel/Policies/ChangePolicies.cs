using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using static Balie.Kernel.SeePolicies;

namespace Balie.Kernel;

/// <summary>
/// Replaces the figures that an organisation chose itself; one that is left out falls back to its default. Every change is a new version,
/// and two people who edit the same one do not overwrite each other.
/// </summary>
internal static class ChangePolicies
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/policies", Handle).Needs(Permission.PoliciesWrite);

    private static async Task<Outcome<PolicySheet>> Handle(
        JsonElement own, IfMatch match, Caller caller, Db db, PolicyStore store, CancellationToken ct)
    {
        if (match.Problem is not null) return match.Problem;
        if (own.ValueKind != JsonValueKind.Object) return KernelRefusals.Malformed;
        if (Problems(own, store.Defaults) is { Errors.Count: > 0 } invalid) return invalid;

        var changed = await db.Transact<PolicySheet>(async tx =>
        {
            var version = (await tx.One<Latest>(Latest.Select, null, ct))?.Version ?? 0;
            if (!match.Matches(version)) return KernelRefusals.VersionChanged;
            var latest = new Latest(version + 1, tx.Now, caller.Actor, own.GetRawText());
            if (await tx.Run(Insert, latest, ct) == 0) return KernelRefusals.VersionChanged;
            await tx.Run(Signals.Send, new { PolicyStore.Channel, payload = tx.OrgId.ToString() }, ct);
            return Sheet(latest, store.Defaults);
        }, ct);
        // This process hears the signal too, but its next request may be faster.
        store.Forget(db.OrgId);
        return changed;
    }

    private static Refusal Problems(JsonElement own, Policies defaults)
    {
        var invalid = KernelRefusals.Invalid with
        {
            Errors = [.. Figures.Problems(Figures.OverStrictly(defaults, own))],
        };
        foreach (var figure in own.EnumerateObject())
            if (Figures.BelongsToInstallation(figure.Name))
                invalid = invalid.At(figure.Name, "This figure is set for the whole installation.");
        return invalid;
    }

    // Two edits of the same version meet here, and the key lets one through.
    private const string Insert = """
        insert into kernel.policies (org_id, version, changed_at, actor, own)
        values (@orgId, @Version, @ChangedAt, @Actor, @Own::jsonb)
        on conflict do nothing
        """;
}
