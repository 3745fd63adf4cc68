namespace Balie.Payments.Providers.Stripe;

/// <summary>Stripe's smallest units, which for a few currencies are not the currency's own.</summary>
internal static class StripeMoney
{
    private const int LastDigit = 10;

    public static long To(Money money)
    {
        var amount = MinorUnits.To(money, Decimals(money.Currency));
        // Three decimals are written and the last one must be nought; two are written where there are really none.
        return Decimals(money.Currency) == 3 && amount % LastDigit != 0
            ? throw new ProviderRefusedException(Refused.Invalid, $"{money}: Stripe takes this currency in steps of {LastDigit}.")
            : amount;
    }

    public static Money From(long amount, string? currency) =>
        currency is { Length: 3 }
            ? MinorUnits.From(amount, currency.ToUpperInvariant(), Decimals(currency.ToUpperInvariant()))
            : throw new ProviderAwayException("Stripe gave an amount without a currency.");

    private static int Decimals(string currency) => currency switch
    {
        "ISK" or "UGX" => 2,
        "MGA" => 0,
        _ => Money.DecimalsOf(currency),
    };
}
