using Balie.Contracts.Orders;
using Balie.Orders.Vouchers;

namespace Balie.Orders.Pricing;

/// <summary>
/// Works out what holds cost: their own prices, fees, one discount and gift vouchers, in this order. Discounts never touch fees, and never
/// make an item cost less than nothing; they are spread over the VAT rates in proportion, without losing a cent.
/// </summary>
internal static class Prices
{
    private const long Whole = 10_000;

    /// <param name="holds">Not empty, all in one currency.</param>
    public static Priced Of(IReadOnlyList<HeldOffer> holds, IReadOnlyList<Voucher> vouchers, Policies figures, string locale)
    {
        var items = holds.SelectMany(Items).ToArray();
        var currency = items[0].UnitPrice.Currency;
        List<PricedLine> lines = [.. items, .. Fees(holds, items, figures, locale)];
        foreach (var voucher in vouchers.Where(voucher => voucher.IsDiscount)) lines.AddRange(Discount(items, voucher, locale));

        var total = Sum(lines.Select(line => line.Amount), currency);
        var (gifts, due) = (new List<GiftShare>(), total);
        foreach (var voucher in vouchers.Where(voucher => voucher.Kind == VoucherKinds.Gift && voucher.Currency == currency))
        {
            var share = new Money(Math.Min(voucher.BalanceMinor ?? 0, due.Amount), currency);
            if (share.Amount > 0) gifts.Add(new GiftShare(voucher.VoucherId, share));
            due -= share;
        }
        return new Priced(lines, Vat.Of(lines.Select(line => (line.VatBasisPoints, line.Amount))), gifts, total, due);
    }

    private static IEnumerable<PricedLine> Items(HeldOffer hold) => hold.Items.Select(item => new PricedLine(
        LineTypes.Item, hold.Kind, hold.HoldId, item.Line, item.OfferId, null, hold.Title, hold.Detail, item.Name, item.Quantity,
        item.UnitPrice, item.VatBasisPoints));

    // A ticket is what takes place at some moment; whatever is free has no fee.
    private static IEnumerable<PricedLine> Fees(IReadOnlyList<HeldOffer> holds, PricedLine[] items, Policies figures, string locale)
    {
        var currency = items[0].UnitPrice.Currency;
        var tickets = holds.Where(hold => hold.StartsAt is not null).SelectMany(hold => hold.Items)
            .Where(item => item.UnitPrice.Amount > 0).Sum(item => item.Quantity);
        if (tickets > 0 && figures.FeePerTicketMinor > 0)
            yield return Fee(Words.FeePerTicket, tickets, figures.FeePerTicketMinor);
        if (items.Any(item => item.Amount.Amount > 0) && figures.FeePerOrderMinor > 0)
            yield return Fee(Words.FeePerOrder(locale), 1, figures.FeePerOrderMinor);

        PricedLine Fee(string name, int quantity, long minor) => new(
            LineTypes.Fee, "", null, null, null, null, Words.Fees(locale), "", name, quantity, new Money(minor, currency),
            figures.VatFeesBasisPoints);
    }

    private static IEnumerable<PricedLine> Discount(PricedLine[] items, Voucher voucher, string locale)
    {
        var currency = items[0].UnitPrice.Currency;
        if (voucher.Currency != currency && voucher.Kind == VoucherKinds.Amount) yield break;
        var rates = items.Where(item => voucher.Covers(item.OfferId)).GroupBy(item => item.VatBasisPoints)
            .OrderByDescending(rate => rate.Key).Select(rate => (BasisPoints: rate.Key, Gross: rate.Sum(item => item.Amount.Amount)))
            .ToArray();
        var whole = rates.Sum(rate => rate.Gross);
        var shares = Spread(Math.Min(Size(voucher, whole), whole), [.. rates.Select(rate => rate.Gross)]);
        for (var i = 0; i < rates.Length; i++)
        {
            if (shares[i] == 0) continue;
            yield return new PricedLine(
                LineTypes.Discount, "", null, null, null, voucher.VoucherId, Words.Discount(locale), "", voucher.Code, 1,
                new Money(-shares[i], currency), rates[i].BasisPoints);
        }
    }

    private static long Size(Voucher voucher, long gross) => voucher.Kind switch
    {
        VoucherKinds.Percentage => Math.Min(
            ((gross * (voucher.ShareBasisPoints ?? 0)) + (Whole / 2)) / Whole, voucher.CapMinor ?? long.MaxValue),
        VoucherKinds.Amount => voucher.AmountMinor ?? 0,
        _ => throw new InvalidOperationException($"A voucher of kind {voucher.Kind} is no discount."),
    };

    /// <summary>
    /// Divides an amount in proportion, each share at most its part: whole cents first, then the cents that are left to the largest
    /// remainders, the earlier part first.
    /// </summary>
    internal static long[] Spread(long amount, long[] parts)
    {
        var whole = parts.Sum();
        if (whole == 0) return new long[parts.Length];
        var shares = parts.Select(part => (long)((Int128)amount * part / whole)).ToArray();
        var left = amount - shares.Sum();
        foreach (var i in Enumerable.Range(0, parts.Length).OrderByDescending(i => (Int128)amount * parts[i] % whole).Take((int)left))
            shares[i]++;
        return shares;
    }

    private static Money Sum(IEnumerable<Money> amounts, string currency) =>
        amounts.Aggregate(Money.Zero(currency), (sum, amount) => sum + amount);
}
