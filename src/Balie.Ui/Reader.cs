using System.Globalization;

namespace Balie.Ui;

/// <summary>Whoever reads a page, in Dutch or English, and how they write amounts.</summary>
public sealed class Reader
{
    public static readonly Reader Dutch = new("nl", "nl-NL");
    public static readonly Reader English = new("en", "en-GB");

    private readonly CultureInfo _culture;

    private Reader(string language, string culture) => (Language, _culture) = (language, CultureInfo.GetCultureInfo(culture));

    /// <summary>As HTML and <c>Accept-Language</c> name it.</summary>
    public string Language { get; }

    /// <summary>Of a locale such as <c>en-GB</c>: English for English, Dutch for everything else.</summary>
    public static Reader In(string locale) => locale.StartsWith(English.Language, StringComparison.OrdinalIgnoreCase) ? English : Dutch;

    /// <summary>An amount as people write it: <c>€ 12,50</c> in Dutch, <c>€12.50</c> in English.</summary>
    public string Amount(Money money)
    {
        var (whole, rest) = Math.DivRem(Math.Abs(money.Amount), money.UnitsInOne);
        var text = whole.ToString("N0", _culture);
        if (money.Decimals > 0)
            text += _culture.NumberFormat.NumberDecimalSeparator
                + rest.ToString(CultureInfo.InvariantCulture).PadLeft(money.Decimals, '0');
        var sign = money.Amount < 0 ? "−" : "";
        return money.Currency switch
        {
            "EUR" => this == Dutch ? $"{sign}€\u00a0{text}" : $"{sign}€{text}",
            "GBP" => $"{sign}£{text}",
            "USD" => $"{sign}${text}",
            var code => $"{sign}{code}\u00a0{text}",
        };
    }
}
