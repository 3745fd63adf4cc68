using Balie.Inventory.Folds;

namespace Balie.Inventory.Pools;

/// <summary>
/// Gives a hold another end, later or earlier. One that lapsed is left alone, also when nobody took its units yet: it is for
/// <see cref="ConfirmUnits"/> to take them again.
/// </summary>
internal static class ExtendUnits
{
    public static async Task<bool> Handle(Tx tx, Guid holder, DateTimeOffset until, CancellationToken ct)
    {
        var held = await tx.Many<HeldUnit>(Move, new { holder, until }, ct);
        HeldUnit.Announce(tx, held, Announcement.What.Taken, until);
        return held.Length > 0;
    }

    // All units of one holder end together, so either all of them are still held or none is.
    private const string Move = """
        update inventory.claims
        set expires_at = @until
        where org_id = @orgId and holder = @holder and expires_at >= clock_timestamp()
        returning pool_id, unit
        """;
}
