using Balie.Payments.Providers;

namespace Balie.Payments.Tests.Providers;

public sealed class MinorUnitsTests
{
    [Theory]
    [InlineData(1_000, "EUR", "10.00")]
    [InlineData(5, "EUR", "0.05")]
    [InlineData(0, "EUR", "0.00")]
    [InlineData(1_000, "JPY", "1000")]
    [InlineData(1_234, "KWD", "1.234")]
    [InlineData(long.MaxValue / 100, "EUR", "922337203685477.58")]
    public void An_amount_is_written_with_the_decimals_of_its_currency_and_read_back(long amount, string currency, string text)
    {
        Assert.Equal(text, MinorUnits.ToDecimal(new Money(amount, currency)));
        Assert.Equal(new Money(amount, currency), MinorUnits.FromDecimal(text, currency));
    }

    [Theory]
    [InlineData("10", "EUR")]
    [InlineData("10.0", "EUR")]
    [InlineData("10.000", "EUR")]
    [InlineData("10.00", "JPY")]
    [InlineData("1,000.00", "EUR")]
    [InlineData("-1.00", "EUR")]
    [InlineData("+1.00", "EUR")]
    [InlineData(" 1.00", "EUR")]
    [InlineData(".50", "EUR")]
    [InlineData("1.0.0", "EUR")]
    [InlineData("1e3", "JPY")]
    [InlineData("", "EUR")]
    [InlineData(null, "EUR")]
    [InlineData("99999999999999999999.00", "EUR")]
    public void Anything_else_is_no_amount(string? text, string currency) => Assert.Null(MinorUnits.FromDecimal(text, currency));

    [Fact]
    public void A_unit_that_is_finer_or_coarser_is_met_exactly_or_not_at_all()
    {
        Assert.Equal(279_000, MinorUnits.To(new Money(2_790, "ISK"), 2));
        Assert.Equal(new Money(2_790, "ISK"), MinorUnits.From(279_000, "ISK", 2));
        Assert.Equal(12, MinorUnits.To(new Money(1_200, "CVE"), 0));
        Assert.Throws<ProviderRefusedException>(() => MinorUnits.To(new Money(1_250, "CVE"), 0));
        Assert.Throws<ProviderAwayException>(() => MinorUnits.From(279_001, "ISK", 2));
    }
}
