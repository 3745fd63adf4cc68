using Balie.Orders.Carts;

namespace Balie.Orders.Vouchers;

/// <summary>Which vouchers are in somebody's cart; one that stopped being valid is in nobody's.</summary>
internal static class CartVouchers
{
    /// <param name="uses">What <see cref="Select"/> found.</param>
    public static CartVoucher[] Of(IReadOnlyList<Voucher> uses)
    {
        // Two carts that became one may have the same code twice, or a discount each: the first counts.
        var fitting = new List<CartVoucher>();
        foreach (var voucher in uses)
        {
            Voucher[] before = [.. fitting.Select(use => use.Voucher)];
            if (before.Any(other => other.VoucherId == voucher.VoucherId) || FindVoucher.Misfit(voucher, before) is not null) continue;
            fitting.Add(new CartVoucher(voucher.UseId, voucher));
        }
        return [.. fitting];
    }

    /// <summary>For <c>@UserId</c>, <c>@GuestCartId</c> and <c>@now</c>.</summary>
    public const string Select = $"""
        select uses.use_id, {Voucher.Columns}
        from orders.voucher_uses as uses
        join orders.vouchers using (org_id, voucher_id)
        where uses.org_id = @orgId and uses.order_id is null and uses.ended_at is null and uses.cart_id in ({CartReader.Theirs})
        and vouchers.withdrawn_at is null and (vouchers.valid_until is null or vouchers.valid_until > @now)
        order by uses.created_at, uses.use_id
        """;
}
