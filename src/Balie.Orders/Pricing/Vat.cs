using Balie.Contracts.Orders;

namespace Balie.Orders.Pricing;

/// <summary>
/// VAT that is included in prices. It is worked out once per order and rate, over everything at that rate together, and rounded to the
/// nearest cent, halves away from zero. See docs/decisions/0014-vat-and-discounts.md.
/// </summary>
internal static class Vat
{
    private const int Whole = 10_000;

    /// <summary>What of a gross amount is VAT.</summary>
    public static Money In(Money gross, int basisPoints)
    {
        var divisor = Whole + basisPoints;
        var twice = 2 * Math.Abs(gross.Amount) * basisPoints;
        return gross with { Amount = Math.Sign(gross.Amount) * ((twice + divisor) / (2 * divisor)) };
    }

    /// <summary>One line per rate, the highest first.</summary>
    public static VatLine[] Of(IEnumerable<(int BasisPoints, Money Gross)> amounts) =>
    [
        .. from amount in amounts
           group amount.Gross by amount.BasisPoints into rate
           orderby rate.Key descending
           let gross = rate.Aggregate((sum, next) => sum + next)
           let vat = In(gross, rate.Key)
           select new VatLine(rate.Key, gross - vat, vat, gross),
    ];
}
