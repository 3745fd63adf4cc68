using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Vouchers;

/// <summary>Finds vouchers by what people type, and says whether they fit together.</summary>
internal static class FindVoucher
{
    /// <summary>One that is valid at this moment.</summary>
    public static async Task<Voucher?> ByCode(Sql sql, string typed, CancellationToken ct) =>
        Voucher.Read(typed) is { } code && await sql.One<Voucher>(Select, new { code }, ct) is { } found && found.IsValid(sql.Now)
            ? found : null;

    /// <summary>Why this one does not go with those; null when it does.</summary>
    public static Refusal? Misfit(Voucher added, IReadOnlyCollection<Voucher> others) =>
        others.Count >= VoucherUses.MostPerOrder ? TooManyVouchers.With("available", 0)
        : added.IsDiscount && others.Any(other => other.IsDiscount) ? VoucherNotCombined
        : null;

    private const string Select = $"""
        select {Voucher.Columns}
        from orders.vouchers
        where org_id = @orgId and code = @code
        """;
}
