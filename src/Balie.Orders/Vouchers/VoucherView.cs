namespace Balie.Orders.Vouchers;

/// <summary>A voucher as staff see it.</summary>
/// <param name="Kind">percentage, amount, unlock or gift.</param>
/// <param name="ShareBasisPoints">Of a percentage: 1000 is 10 %.</param>
/// <param name="Cap">The most a percentage takes off.</param>
/// <param name="Balance">What is left on a gift voucher.</param>
/// <param name="Uses">How often it is used by orders at this moment.</param>
internal sealed record VoucherView(
    Guid Id, string Code, string Kind, int? ShareBasisPoints, Money? Amount, Money? Cap, Money? Balance, int? MaxUses, long Uses,
    IReadOnlyList<Guid>? OfferIds, DateTimeOffset? ValidFrom, DateTimeOffset? ValidUntil, DateTimeOffset? WithdrawnAt,
    DateTimeOffset CreatedAt)
{
    public static VoucherView Of(Voucher voucher, long uses) => new(
        voucher.VoucherId, voucher.Code, voucher.Kind, voucher.ShareBasisPoints, Money(voucher.AmountMinor, voucher),
        Money(voucher.CapMinor, voucher), Money(voucher.BalanceMinor, voucher), voucher.MaxUses, uses, voucher.OfferIds,
        voucher.ValidFrom, voucher.ValidUntil, voucher.WithdrawnAt, voucher.CreatedAt);

    private static Money? Money(long? minor, Voucher voucher) => minor is { } amount ? new Money(amount, voucher.Currency) : null;
}
