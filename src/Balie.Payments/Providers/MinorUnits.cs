using System.Globalization;

namespace Balie.Payments.Providers;

/// <summary>
/// Amounts in the forms providers want. Whole numbers throughout: an amount that a form cannot hold exactly is refused, never rounded.
/// </summary>
internal static class MinorUnits
{
    private const int MostDigits = 18;

    /// <summary>With exactly the decimals of the currency: <c>10.00</c>, <c>10</c> yen, <c>10.000</c> dinar.</summary>
    public static string ToDecimal(Money money)
    {
        var decimals = money.Decimals;
        var digits = Math.Abs(money.Amount).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var sign = money.Amount < 0 ? "-" : "";
        return decimals == 0 ? sign + digits : $"{sign}{digits[..^decimals]}.{digits[^decimals..]}";
    }

    /// <summary>Null for anything but digits with exactly the decimals of the currency.</summary>
    public static Money? FromDecimal(string? value, string currency)
    {
        if (value is not { Length: > 0 and <= MostDigits }) return null;
        var decimals = Money.DecimalsOf(currency);
        var (whole, fraction) = value.Split('.') switch
        {
            [var only] when decimals == 0 => (only, ""),
            [var before, var after] when decimals > 0 && after.Length == decimals => (before, after),
            _ => ("", ""),
        };
        return whole.Length > 0 && long.TryParse(whole + fraction, NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
            ? new Money(amount, currency)
            : null;
    }

    /// <summary>Our amount in the provider's smallest unit, where that has other decimals than the currency itself.</summary>
    /// <exception cref="ProviderRefusedException">The provider's unit is too coarse for it.</exception>
    public static long To(Money money, int decimals)
    {
        var (factor, divisor) = Scale(money.Decimals, decimals);
        return money.Amount % divisor == 0
            ? money.Amount / divisor * factor
            : throw new ProviderRefusedException(Refused.Invalid, $"{money} cannot be said in the provider's unit of {money.Currency}.");
    }

    /// <summary>A provider's amount in our smallest unit; what ours cannot hold is not a sensible answer.</summary>
    /// <exception cref="ProviderAwayException">Our unit is too coarse for it.</exception>
    public static Money From(long amount, string currency, int decimals)
    {
        var (factor, divisor) = Scale(decimals, Money.DecimalsOf(currency));
        return amount % divisor == 0
            ? new Money(amount / divisor * factor, currency)
            : throw new ProviderAwayException($"The provider spoke of a fraction of the smallest unit of {currency}.");
    }

    private static (long Factor, long Divisor) Scale(int from, int to) => (Power(Math.Max(0, to - from)), Power(Math.Max(0, from - to)));

    private static long Power(int zeros)
    {
        var power = 1L;
        for (var i = 0; i < zeros; i++) power *= 10;
        return power;
    }
}
