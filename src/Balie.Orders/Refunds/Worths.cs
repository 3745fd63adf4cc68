using Balie.Orders.Pricing;

namespace Balie.Orders.Refunds;

/// <summary>
/// What each line of an order is worth: its amount less its share of the discounts, which were given per VAT rate on what their voucher
/// covers. Together the lines are worth the order's total, to the cent.
/// </summary>
internal static class Worths
{
    public static Dictionary<Guid, long> Of(IReadOnlyList<SoldLine> lines)
    {
        var worth = lines.Where(line => line.Type != LineTypes.Discount).ToDictionary(line => line.LineId, line => line.AmountMinor);
        foreach (var discount in lines.Where(line => line.Type == LineTypes.Discount))
        {
            SoldLine[] covered = [.. lines.Where(line =>
                line.IsItem && line.VatBasisPoints == discount.VatBasisPoints && Covers(discount, line))];
            var shares = Prices.Spread(-discount.AmountMinor, [.. covered.Select(line => line.AmountMinor)]);
            for (var i = 0; i < covered.Length; i++) worth[covered[i].LineId] -= shares[i];
        }
        return worth;
    }

    /// <summary>
    /// The worth of the next units of something after others went before: all parts together are the whole, and the last takes the rest.
    /// </summary>
    public static long Part(long whole, long units, long before, long taken)
    {
        return units == 0 ? 0 : Upto(before + taken) - Upto(before);

        long Upto(long count) => (long)((Int128)whole * count / units);
    }

    private static bool Covers(SoldLine discount, SoldLine item) =>
        discount.Covers is null || (item.OfferId is { } offerId && discount.Covers.Contains(offerId));
}
