namespace Balie.Kernel.Tests;

public sealed class MoneyTests
{
    [Fact]
    public void Split_loses_no_cent_and_is_as_fair_as_cents_allow()
    {
        var dice = new Random(20260101);
        for (var round = 0; round < 10_000; round++)
        {
            var whole = new Money(dice.NextInt64(-1_000_000, 1_000_000), "EUR");
            var parts = whole.Split(dice.Next(1, 50));

            Assert.Equal(whole.Amount, parts.Sum(part => part.Amount));
            Assert.All(parts, part => Assert.Equal("EUR", part.Currency));
            Assert.InRange(parts.Max().Amount - parts.Min().Amount, 0, 1);
            // The bigger parts come first, so that the same split is the same everywhere.
            Assert.Equal(parts.OrderByDescending(part => Math.Abs(part.Amount)).Select(part => part.Amount),
                parts.Select(part => part.Amount));
        }
    }

    [Theory]
    [InlineData(1000, 3, new long[] { 334, 333, 333 })]
    [InlineData(-1000, 3, new long[] { -334, -333, -333 })]
    [InlineData(2, 5, new long[] { 1, 1, 0, 0, 0 })]
    [InlineData(0, 2, new long[] { 0, 0 })]
    public void Split_gives_the_remainder_to_the_first(long amount, int parts, long[] expected) =>
        Assert.Equal(expected, new Money(amount, "EUR").Split(parts).Select(part => part.Amount));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Nothing_is_split_among_nobody(int parts) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Money(100, "EUR").Split(parts));

    [Fact]
    public void Currencies_do_not_mix()
    {
        var (euro, pound) = (new Money(100, "EUR"), new Money(100, "GBP"));

        Assert.Throws<InvalidOperationException>(() => euro + pound);
        Assert.Throws<InvalidOperationException>(() => euro - pound);
        Assert.Throws<InvalidOperationException>(() => euro < pound);
        Assert.NotEqual(euro, pound);
    }

    [Fact]
    public void Too_much_money_is_an_error_and_never_a_debt()
    {
        var most = new Money(long.MaxValue, "EUR");

        Assert.Throws<OverflowException>(() => most + new Money(1, "EUR"));
        Assert.Throws<OverflowException>(() => most * 2);
        Assert.Throws<OverflowException>(() => new Money(long.MinValue, "EUR") - new Money(1, "EUR"));
        Assert.Equal(long.MaxValue, most.Split(7).Sum(part => part.Amount));
        Assert.Equal(long.MinValue, new Money(long.MinValue, "EUR").Split(7).Sum(part => part.Amount));
    }

    [Fact]
    public void It_adds_and_compares_as_cents_do()
    {
        var (ten, fifteen) = (new Money(1000, "EUR"), new Money(1500, "EUR"));

        Assert.Equal(new Money(2500, "EUR"), ten + fifteen);
        Assert.Equal(new Money(-500, "EUR"), ten - fifteen);
        Assert.Equal(new Money(3000, "EUR"), ten * 3);
        Assert.True(ten < fifteen && fifteen >= ten);
        Assert.Equal("1000 EUR", ten.ToString());
    }
}
