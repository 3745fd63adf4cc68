using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Vouchers;

/// <summary>Takes a voucher out of use. Orders that have it keep it; carts lose it. Twice changes nothing.</summary>
internal static class WithdrawVoucher
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/vouchers/{voucherId:guid}", Handle).Needs(Permission.OrdersWrite);

    public static async Task<Outcome<Done>> Handle(Guid voucherId, Db db, CancellationToken ct) =>
        await db.Run(Withdraw, new { voucherId, db.Now }, ct) == 0 ? VoucherNotFound : new Done("The voucher cannot be used any more.");

    private const string Withdraw = """
        update orders.vouchers
        set withdrawn_at = coalesce(withdrawn_at, @now)
        where org_id = @orgId and voucher_id = @voucherId
        """;
}
