using Balie.Contracts.Inventory;
using NpgsqlTypes;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Vouchers;

/// <summary>
/// Uses of vouchers. Those of a limited one are units of a pool of its id, claimed by the use: held for a cart, sold to an order, free
/// again when the order dies. The balance of a gift voucher is taken under its row's lock when the order is placed.
/// </summary>
internal sealed class VoucherUses(IInventory inventory)
{
    public const int MostPerOrder = 5;

    private sealed record UseRow(Guid OrgId, Guid UseId, Guid VoucherId, Guid CartId, DateTimeOffset Now);

    // The same voucher twice in one cart is one use: the second asker is refused, and its claim with it.
    private static readonly Companion<UseRow> Insert = new("voucher use", CompanionPhase.Key, """
        with kept as (
            insert into orders.voucher_uses (org_id, use_id, voucher_id, cart_id, created_at)
            select org_id, use_id, voucher_id, cart_id, created_at
            from rows
            where request <> all ((select kernel.refused())::integer[])
            order by org_id, cart_id, voucher_id
            on conflict do nothing
            returning use_id
        )
        select kernel.refuse(request)
        from rows
        where request <> all ((select kernel.refused())::integer[])
        and use_id not in (select use_id from kept)
        """,
        Column<UseRow>.Of("org_id", NpgsqlDbType.Uuid, row => row.OrgId),
        Column<UseRow>.Of("use_id", NpgsqlDbType.Uuid, row => row.UseId),
        Column<UseRow>.Of("voucher_id", NpgsqlDbType.Uuid, row => row.VoucherId),
        Column<UseRow>.Of("cart_id", NpgsqlDbType.Uuid, row => row.CartId),
        Column<UseRow>.Of("created_at", NpgsqlDbType.TimestampTz, row => row.Now.UtcDateTime));

    /// <summary>Holds a use for a cart. Null when it has it, now or before.</summary>
    public async Task<Refusal?> Hold(
        Guid orgId, Guid cartId, Guid useId, Voucher voucher, DateTimeOffset until, DateTimeOffset now, CompanionRow cart,
        CancellationToken ct)
    {
        Demand[] demands = voucher.MaxUses is null ? [] : [new Demand(voucher.VoucherId, 1)];
        var claim = await inventory.Claim(new ClaimRequest(
            orgId, useId, until, demands, [cart, Insert.Row(new UseRow(orgId, useId, voucher.VoucherId, cartId, now))]), ct);
        return claim is ClaimResult.SoldOut ? VoucherUsedUp : null;
    }

    /// <summary>Makes the uses of a cart those of an order. A claim that lapsed meanwhile is taken again, if one is left.</summary>
    public async Task<Refusal?> Take(Tx tx, IReadOnlyList<Voucher> uses, Guid orderId, CancellationToken ct)
    {
        foreach (var use in uses.OrderBy(use => use.VoucherId))
        {
            if (!await Claim(tx, use, ct)) return VoucherUsedUp.With("voucher", use.Code);
            await tx.Later(Assign, new { use.UseId, use.VoucherId, orderId, tx.Now }, ct);
        }
        return null;
    }

    /// <summary>Gives back what an order has that dies unpaid.</summary>
    public async Task GiveBack(Tx tx, Guid orderId, CancellationToken ct)
    {
        foreach (var use in await tx.Many<Voucher>(SelectOfOrder, new { orderId, ended = false }, ct))
        {
            await inventory.Release(tx, use.UseId, ct);
            await tx.Later(End, new { use.UseId, tx.Now }, ct);
        }
    }

    /// <summary>Takes again what was given back, for a payment that came late. False when it is used up; the caller rolls back.</summary>
    public async Task<bool> TakeAgain(Tx tx, Guid orderId, CancellationToken ct)
    {
        foreach (var use in await tx.Many<Voucher>(SelectOfOrder, new { orderId, ended = true }, ct))
        {
            if (!await Claim(tx, use, ct)) return false;
            await tx.Later(Reopen, new { use.UseId }, ct);
        }
        return true;
    }

    private async Task<bool> Claim(Tx tx, Voucher use, CancellationToken ct) =>
        use.MaxUses is null || await inventory.Confirm(tx, use.UseId, [new Demand(use.VoucherId, 1)], ct);

    private const string Assign = """
        insert into orders.voucher_uses (org_id, use_id, voucher_id, order_id, created_at)
        values (@orgId, @useId, @voucherId, @orderId, @now)
        on conflict (org_id, use_id) do update
        set order_id = excluded.order_id
        """;

    private const string SelectOfOrder = $"""
        select uses.use_id, {Voucher.Columns}
        from orders.voucher_uses as uses
        join orders.vouchers using (org_id, voucher_id)
        where uses.org_id = @orgId and uses.order_id = @orderId and (uses.ended_at is not null) = @ended
        order by uses.voucher_id
        """;

    private const string End = "update orders.voucher_uses set ended_at = @now where org_id = @orgId and use_id = @useId";

    private const string Reopen = "update orders.voucher_uses set ended_at = null where org_id = @orgId and use_id = @useId";
}
