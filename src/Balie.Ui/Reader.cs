using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Balie.Ui;

/// <summary>Whoever reads a page, in Dutch or English, and how they write amounts and times.</summary>
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

    /// <summary>
    /// What a browser asks for: the first of our languages, English for whoever reads neither, Dutch for whoever says nothing.
    /// </summary>
    public static Reader Of(HttpContext http)
    {
        var asked = http.Request.GetTypedHeaders().AcceptLanguage.Where(language => language.Quality is not 0)
            .OrderByDescending(language => language.Quality ?? 1).Select(language => language.Value.ToString()).ToArray();
        foreach (var language in asked)
            foreach (var reader in (Reader[])[Dutch, English])
                if (language.StartsWith(reader.Language, StringComparison.OrdinalIgnoreCase)) return reader;
        return asked is [] or ["*"] ? Dutch : English;
    }

    public string Say(string dutch, string english) => this == Dutch ? dutch : english;

    /// <summary>A day and a time as they are said: woensdag 1 juli 2026, 20.00 uur.</summary>
    public string Moment(DateTime local) =>
        local.ToString(Say("dddd d MMMM yyyy', 'H.mm' uur'", "dddd d MMMM yyyy', 'HH:mm"), _culture);

    /// <summary>How long is left, in whole minutes, hours or days, and never more than there is.</summary>
    public string Left(TimeSpan left) => left switch
    {
        { TotalDays: >= 2 } => Say($"{(int)left.TotalDays} dagen", $"{(int)left.TotalDays} days"),
        { TotalHours: >= 2 } => Say($"{(int)left.TotalHours} uur", $"{(int)left.TotalHours} hours"),
        { TotalMinutes: >= 2 } => Say($"{(int)left.TotalMinutes} minuten", $"{(int)left.TotalMinutes} minutes"),
        _ => Say("een minuut", "a minute"),
    };

    /// <summary>A share in basis points: 9%, 12,5%.</summary>
    public string Share(int basisPoints) => $"{(basisPoints / 100m).ToString("0.##", _culture)}%";

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
