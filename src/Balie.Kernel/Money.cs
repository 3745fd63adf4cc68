using System.Globalization;
using System.Text.Json.Serialization;

namespace Balie.Kernel;

/// <summary>
/// An amount in the smallest unit of its currency: 1250 EUR is twelve euro fifty. In JSON <c>{"amount":1250,"currency":"EUR"}</c>.
/// </summary>
/// <param name="Amount">Minor units, such as cents.</param>
/// <param name="Currency">ISO 4217, upper case.</param>
[method: JsonConstructor] // A struct's own empty constructor would read an amount without its currency.
public readonly record struct Money(long Amount, string Currency) : IComparable<Money>
{
    public static Money operator +(Money left, Money right) => left with { Amount = left.Amount + right.Same(left).Amount };
    public static Money operator -(Money left, Money right) => left with { Amount = left.Amount - right.Same(left).Amount };
    public static Money operator *(Money unit, int count) => unit with { Amount = unit.Amount * count };
    public static bool operator <(Money left, Money right) => left.CompareTo(right) < 0;
    public static bool operator >(Money left, Money right) => left.CompareTo(right) > 0;
    public static bool operator <=(Money left, Money right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Money left, Money right) => left.CompareTo(right) >= 0;

    public static Money Zero(string currency) => new(0, currency);

    /// <summary>How many decimals its currency has (ISO 4217).</summary>
    [JsonIgnore]
    public int Decimals => DecimalsOf(Currency);

    /// <summary>How many of its smallest units make one of its currency: 100 cents, 1 yen.</summary>
    [JsonIgnore]
    public int UnitsInOne => Decimals switch { 0 => 1, 3 => 1_000, _ => 100 };

    public static int DecimalsOf(string currency) => currency switch
    {
        "BIF" or "CLP" or "DJF" or "GNF" or "ISK" or "JPY" or "KMF" or "KRW" or "PYG" => 0,
        "RWF" or "UGX" or "UYI" or "VND" or "VUV" or "XAF" or "XOF" or "XPF" => 0,
        "BHD" or "IQD" or "JOD" or "KWD" or "LYD" or "OMR" or "TND" => 3,
        _ => 2,
    };

    public int CompareTo(Money other) => Amount.CompareTo(other.Same(this).Amount);

    /// <summary>Splits without losing a cent: the first parts carry the remainder.</summary>
    public Money[] Split(int parts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parts);
        var (share, rest) = Math.DivRem(Amount, parts);
        var shares = new Money[parts];
        for (var i = 0; i < parts; i++) shares[i] = this with { Amount = share + (i < Math.Abs(rest) ? Math.Sign(rest) : 0) };
        return shares;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Amount} {Currency}");

    private Money Same(Money other) =>
        Currency == other.Currency
            ? this
            : throw new InvalidOperationException($"Cannot mix {Currency} and {other.Currency}.");
}
