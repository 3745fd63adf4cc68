using Balie.Orders.Pricing;

namespace Balie.Orders.Vouchers;

/// <summary>
/// Money of gift vouchers in orders. A balance goes down when an order is placed, so two orders never spend it twice, and comes back when
/// the order dies. The row of the voucher is locked by the statement that decides.
/// </summary>
internal static class GiftPayments
{
    /// <summary>What is taken from the balances, all or false: then the caller rolls back.</summary>
    public static async Task<bool> Take(Tx tx, Guid orderId, IReadOnlyList<GiftShare> shares, string actor, CancellationToken ct)
    {
        foreach (var share in shares.OrderBy(share => share.VoucherId))
        {
            if (await tx.Run(Spend, new { share.VoucherId, minor = share.Amount.Amount }, ct) == 0) return false;
            await tx.Later(Settle, new
            {
                settlementId = tx.NewId(),
                orderId,
                share.VoucherId,
                minor = share.Amount.Amount,
                actor,
                tx.Now,
            }, ct);
        }
        return true;
    }

    /// <summary>Gives the balances back what an order took that dies unpaid, and tells how much.</summary>
    public static async Task<long> GiveBack(Tx tx, Guid orderId, CancellationToken ct)
    {
        var ended = await tx.Many<Share>(End, new { orderId, tx.Now }, ct);
        foreach (var share in ended.OrderBy(share => share.VoucherId)) await tx.Later(Return, share, ct);
        return ended.Sum(share => share.AmountMinor);
    }

    /// <summary>Takes it once more, for a payment that came late. Null when a balance does not suffice; the caller rolls back.</summary>
    public static async Task<long?> TakeAgain(Tx tx, Guid orderId, CancellationToken ct)
    {
        var taken = await tx.Many<Share>(Reopen, new { orderId }, ct);
        foreach (var share in taken.OrderBy(share => share.VoucherId))
            if (await tx.Run(Spend, new { share.VoucherId, minor = share.AmountMinor }, ct) == 0) return null;
        return taken.Sum(share => share.AmountMinor);
    }

    private sealed record Share(Guid VoucherId, long AmountMinor);

    private const string Spend = """
        update orders.vouchers
        set balance_minor = balance_minor - @minor
        where org_id = @orgId and voucher_id = @voucherId and balance_minor >= @minor
        """;

    private const string Return = """
        update orders.vouchers
        set balance_minor = balance_minor + @AmountMinor
        where org_id = @orgId and voucher_id = @VoucherId
        """;

    private const string Settle = """
        insert into orders.settlements (org_id, settlement_id, order_id, means, voucher_id, amount_minor, actor, created_at)
        values (@orgId, @settlementId, @orderId, 'gift_voucher', @voucherId, @minor, @actor, @now)
        """;

    private const string End = """
        update orders.settlements
        set ended_at = @now
        where org_id = @orgId and order_id = @orderId and means = 'gift_voucher' and ended_at is null
        returning voucher_id, amount_minor
        """;

    private const string Reopen = """
        update orders.settlements
        set ended_at = null
        where org_id = @orgId and order_id = @orderId and means = 'gift_voucher' and ended_at is not null
        returning voucher_id, amount_minor
        """;
}
