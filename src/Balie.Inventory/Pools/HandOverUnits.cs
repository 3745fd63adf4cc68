using Balie.Inventory.Folds;

namespace Balie.Inventory.Pools;

/// <summary>
/// Makes what one holder holds another holder's. The units stay taken throughout; only when they come free is news for the folds.
/// </summary>
internal static class HandOverUnits
{
    public static async Task<int> Handle(Tx tx, Guid from, Guid to, DateTimeOffset until, CancellationToken ct)
    {
        var handed = await tx.Many<HeldUnit>(Move, new { from, to, until }, ct);
        HeldUnit.Announce(tx, handed, Announcement.What.Taken, until);
        return handed.Length;
    }

    private const string Move = """
        update inventory.claims
        set holder = @to, expires_at = @until
        where org_id = @orgId and holder = @from and expires_at >= clock_timestamp()
        returning pool_id, unit
        """;
}
