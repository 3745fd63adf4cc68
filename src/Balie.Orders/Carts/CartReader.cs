using Balie.Orders.Vouchers;

namespace Balie.Orders.Carts;

/// <summary>
/// Reads carts. Somebody signed in has their own, with what they put into others before; a guest has the one whose token they show.
/// </summary>
internal sealed class CartReader(OfferKinds kinds, PolicyStore policies)
{
    private sealed record LineRow(
        Guid LineId, string Kind, long AmountMinor, string Currency, DateTimeOffset? ExtendedAt, DateTimeOffset CreatedAt);

    public Task<Cart> Read(Sql sql, CartKey key, Caller caller, CancellationToken ct) =>
        Read(sql, SelectLines + ";\n" + CartVouchers.Select, key, caller, ct);

    /// <summary>The same under a lock on its lines: who waits for it here finds those that were not ordered meanwhile.</summary>
    public Task<Cart> ReadLocked(Tx tx, CartKey key, Caller caller, CancellationToken ct) =>
        Read(tx, LockLines + ";\n" + CartVouchers.Select, key, caller, ct);

    private async Task<Cart> Read(Sql sql, string select, CartKey key, Caller caller, CancellationToken ct)
    {
        var whose = Whose(key, caller);
        var (rows, uses) = await sql.Both<LineRow, Voucher>(select, new { whose.UserId, whose.GuestCartId, sql.Now }, ct);
        var vouchers = CartVouchers.Of(uses);
        var held = await kinds.See(sql, rows.Select(row => (row.Kind, row.LineId)), ct);
        var lines = rows.OrderBy(row => row.CreatedAt).ThenBy(row => row.LineId).Select(row => new CartLine(
            row.LineId, row.Kind, new Money(row.AmountMinor, row.Currency), row.ExtendedAt is not null,
            held.GetValueOrDefault(row.LineId)));
        var token = caller.UserId is null ? key.Token ?? CartKey.NewToken() : null;
        return new Cart(
            caller.UserId ?? CartKey.IdOf(token ?? ""), caller.UserId, token, [.. lines], vouchers,
            await policies.Of(caller.OrgId, ct), "nl");
    }

    /// <summary>The parameters by which <see cref="Theirs"/> finds the carts of a caller.</summary>
    public static WhoseCart Whose(CartKey key, Caller caller) => new(caller.UserId, key.CartId);

    /// <summary>
    /// A guest's cart that somebody else took over is nobody's who shows its token; before that it is everybody's who does.
    /// </summary>
    public const string Theirs = """
        select cart_id
        from orders.carts
        where org_id = @orgId
        and (cart_id = @UserId or merged_into = @UserId or (cart_id = @GuestCartId and user_id is null and merged_into is null))
        """;

    private const string SelectLines = $"""
        select line_id, kind, amount_minor, currency::text, extended_at, created_at
        from orders.cart_lines
        where org_id = @orgId and order_id is null and cart_id in ({Theirs})
        """;

    private const string LockLines = $"""
        {SelectLines}
        order by line_id
        for update
        """;
}

internal sealed record WhoseCart(Guid? UserId, Guid? GuestCartId);
