namespace Balie.Orders.Carts;

/// <summary>Forgets what guests left in carts, and every line and code that was not ordered: what they held came free long ago.</summary>
internal static class ForgetCarts
{
    private const int AtOnce = 5_000;
    private const int MostRounds = 100;
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    public static async Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        var before = db.Everywhere.Now - KeptFor;
        foreach (var delete in (string[])[DeleteLines, DeleteUses, DeleteCarts])
            for (var round = 0; round < MostRounds; round++)
                if (await db.Everywhere.Run(delete, new { before, AtOnce }, ct) < AtOnce) break;
    }

    private const string DeleteLines = """
        delete from orders.cart_lines
        where ctid = any (array(select ctid from orders.cart_lines where created_at < @before limit @atOnce))
        """;

    private const string DeleteUses = """
        delete from orders.voucher_uses
        where ctid = any (array(
            select ctid from orders.voucher_uses where order_id is null and created_at < @before limit @atOnce))
        """;

    private const string DeleteCarts = """
        delete from orders.carts
        where ctid = any (array(
            select ctid from orders.carts where user_id is null and created_at < @before limit @atOnce))
        """;
}
