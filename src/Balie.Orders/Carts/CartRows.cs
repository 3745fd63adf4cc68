using Balie.Contracts.Orders;
using NpgsqlTypes;

namespace Balie.Orders.Carts;

/// <summary>What a new line brings along into the transaction that holds it: the line itself, and its cart where it is the first.</summary>
internal static class CartRows
{
    private sealed record CartRow(Guid OrgId, Guid CartId, Guid? UserId, DateTimeOffset Now);

    private sealed record LineRow(Guid OrgId, Guid CartId, HeldOffer Held, string Wish, DateTimeOffset Now);

    // Two first lines at once make the same cart: the person's, or the one that the token names.
    private static readonly Companion<CartRow> InsertCart = new("cart", CompanionPhase.Effect, """
        insert into orders.carts (org_id, cart_id, user_id, created_at)
        select distinct on (org_id, cart_id) org_id, cart_id, user_id, created_at
        from rows
        where request <> all ((select kernel.refused())::integer[])
        order by org_id, cart_id
        on conflict do nothing
        """,
        Column<CartRow>.Of("org_id", NpgsqlDbType.Uuid, row => row.OrgId),
        Column<CartRow>.Of("cart_id", NpgsqlDbType.Uuid, row => row.CartId),
        Column<CartRow>.Of("user_id", NpgsqlDbType.Uuid, row => row.UserId),
        Column<CartRow>.Of("created_at", NpgsqlDbType.TimestampTz, row => row.Now.UtcDateTime));

    private static readonly Companion<LineRow> InsertLine = new("cart line", CompanionPhase.Effect, """
        insert into orders.cart_lines (org_id, line_id, cart_id, kind, wish, amount_minor, currency, created_at)
        select org_id, line_id, cart_id, kind, wish::jsonb, amount_minor, currency, created_at
        from rows
        where request <> all ((select kernel.refused())::integer[])
        """,
        Column<LineRow>.Of("org_id", NpgsqlDbType.Uuid, row => row.OrgId),
        Column<LineRow>.Of("line_id", NpgsqlDbType.Uuid, row => row.Held.HoldId),
        Column<LineRow>.Of("cart_id", NpgsqlDbType.Uuid, row => row.CartId),
        Column<LineRow>.Of("kind", NpgsqlDbType.Text, row => row.Held.Kind),
        Column<LineRow>.Of("wish", NpgsqlDbType.Text, row => row.Wish),
        Column<LineRow>.Of("amount_minor", NpgsqlDbType.Bigint, row => Cart.AmountOf(row.Held).Amount),
        Column<LineRow>.Of("currency", NpgsqlDbType.Text, row => Cart.AmountOf(row.Held).Currency),
        Column<LineRow>.Of("created_at", NpgsqlDbType.TimestampTz, row => row.Now.UtcDateTime));

    public static IEnumerable<CompanionRow> Of(Guid orgId, Cart cart, HeldOffer held, string wish, DateTimeOffset now) =>
        [Of(orgId, cart, now), InsertLine.Row(new LineRow(orgId, cart.CartId, held, wish, now))];

    public static CompanionRow Of(Guid orgId, Cart cart, DateTimeOffset now) =>
        InsertCart.Row(new CartRow(orgId, cart.CartId, cart.UserId, now));

    /// <summary>The same for a transaction of one's own.</summary>
    public const string MakeCart = """
        insert into orders.carts (org_id, cart_id, user_id, created_at)
        values (@orgId, @CartId, @UserId, @now)
        on conflict do nothing
        """;
}
