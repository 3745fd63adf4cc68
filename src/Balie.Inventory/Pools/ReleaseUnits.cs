using Balie.Inventory.Folds;

namespace Balie.Inventory.Pools;

/// <summary>
/// Frees what a holder has, in the transaction that records why. A second release finds nothing: units never come free twice.
/// </summary>
internal static class ReleaseUnits
{
    public static async Task<int> Handle(Tx tx, Guid holder, CancellationToken ct)
    {
        var freed = await tx.Many<HeldUnit>(Delete, new { holder }, ct);
        await HeldUnit.Announce(tx, freed, Announcement.What.Freed, ct);
        return freed.Length;
    }

    private const string Delete = """
        delete from inventory.claims
        where org_id = @orgId and holder = @holder
        returning pool_id, unit
        """;
}

/// <summary>One unit that a transaction beside the sequencer touched.</summary>
internal sealed record HeldUnit(Guid PoolId, int Unit)
{
    /// <summary>Tells the folds of all processes, when and if the transaction commits.</summary>
    public static async Task Announce(
        Tx tx, IReadOnlyList<HeldUnit> units, Announcement.What what, CancellationToken ct, DateTimeOffset? until = null)
    {
        var lines = units.GroupBy(unit => unit.PoolId).Select(pool => new Announcement.Line(
            new PoolKey(tx.OrgId, pool.Key), what, until?.UtcTicks, Announcement.Ranges([.. pool.Select(unit => unit.Unit)])));
        foreach (var payload in Announcement.Write(Announcement.Everyone, lines))
            await tx.Run(Signals.Send, new { channel = Announcement.Channel, payload }, ct);
    }
}
