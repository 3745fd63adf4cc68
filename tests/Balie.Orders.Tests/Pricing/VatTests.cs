using Balie.Contracts.Orders;
using Balie.Orders.Pricing;
using Balie.Orders.Saga;
using Balie.Orders.Vouchers;

namespace Balie.Orders.Tests.Pricing;

public sealed class VatTests
{
    private static readonly int[] Rates = [0, 900, 2_100, 600, 1, 10_000, 1_234];

    [Theory]
    [InlineData(1_090, 900, 90)]
    [InlineData(1_210, 2_100, 210)]
    [InlineData(1, 2_100, 0)]
    [InlineData(3, 2_100, 1)]
    // Exactly a half: 11 × 10 % of 110 % = 1.0; 33 at 9 % = 2.7248; 109 at 900 = 9.
    [InlineData(109, 900, 9)]
    [InlineData(3, 10_000, 2)]
    [InlineData(-3, 10_000, -2)]
    [InlineData(0, 900, 0)]
    public void Vat_in_a_price_is_rounded_to_the_nearest_cent_halves_away_from_zero(long gross, int basisPoints, long vat) =>
        Assert.Equal(vat, Vat.In(new Money(gross, "EUR"), basisPoints).Amount);

    [Fact]
    public void Every_rounding_case_of_every_rate_is_within_half_a_cent_and_adds_up()
    {
        foreach (var rate in Rates)
        {
            for (var gross = 0L; gross <= 2 * (10_000 + rate); gross += gross < 2_500 ? 1 : 37)
            {
                var line = Vat.Of([(rate, new Money(gross, "EUR"))]).Single();
                Assert.Equal(line.Gross, line.Net + line.Vat);
                Assert.True(2 * Math.Abs((line.Vat.Amount * (10_000 + rate)) - (gross * rate)) <= 10_000 + rate, $"{gross} at {rate}");
            }
        }
    }

    [Fact]
    public void Random_orders_add_up_to_the_cent_whatever_is_in_them()
    {
        var random = new Random(4712);
        for (var i = 0; i < 5_000; i++)
        {
            var figures = new Policies
            {
                FeePerTicketMinor = random.Next(0, 300),
                FeePerOrderMinor = random.Next(0, 300),
                VatFeesBasisPoints = Rates[random.Next(Rates.Length)],
            };
            HeldOffer[] holds = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Hold(random))];
            var vouchers = Vouchers(random, holds);

            var priced = Prices.Of(holds, vouchers, figures, "nl");

            Holds(priced, holds, vouchers, $"seed 4712, order {i}");
        }
    }

    private static void Holds(Priced priced, HeldOffer[] holds, Voucher[] vouchers, string which)
    {
        long Sum(string type) => priced.Lines.Where(line => line.Type == type).Sum(line => line.Amount.Amount);
        var items = holds.SelectMany(hold => hold.Items).Sum(item => item.UnitPrice.Amount * item.Quantity);
        Assert.True(items == Sum(LineTypes.Item), which);
        Assert.True(priced.Total.Amount == priced.Lines.Sum(line => line.Amount.Amount), which);
        Assert.True(priced.Total.Amount == priced.Vat.Sum(line => line.Gross.Amount), which);
        Assert.True(priced.Vat.All(line => line.Net + line.Vat == line.Gross && line.Gross.Amount >= 0), which);
        var given = priced.Gifts.Sum(gift => gift.Amount.Amount);
        Assert.True(priced.Due.Amount >= 0 && priced.Due.Amount + given == priced.Total.Amount, which);

        // A discount never exceeds what it covers, at any rate, and is exactly what the voucher says.
        foreach (var discount in vouchers.Where(voucher => voucher.IsDiscount))
        {
            var covered = priced.Lines.Where(line => line.Type == LineTypes.Item && discount.Covers(line.OfferId)).ToArray();
            var whole = covered.Sum(line => line.Amount.Amount);
            var wanted = discount.Kind == VoucherKinds.Amount ? discount.AmountMinor ?? 0
                : Math.Min(discount.CapMinor ?? long.MaxValue, ((whole * (discount.ShareBasisPoints ?? 0)) + 5_000) / 10_000);
            Assert.True(Sum(LineTypes.Discount) == -Math.Min(wanted, whole), which);
            foreach (var rate in covered.GroupBy(line => line.VatBasisPoints))
            {
                var off = priced.Lines.Where(line => line.Type == LineTypes.Discount && line.VatBasisPoints == rate.Key)
                    .Sum(line => line.Amount.Amount);
                Assert.True(rate.Sum(line => line.Amount.Amount) + off >= 0, which);
            }
        }
        if (priced.Total.Amount == 0) return;

        // The ledger's sale is the same money once more.
        var sale = SaleEntries.Sale(priced.Total, [.. priced.Lines.Select(line =>
            (line.Type == LineTypes.Fee, line.VatBasisPoints, line.Amount))]);
        Assert.True(sale.Sum(line => line.Amount.Amount) == 0, which);
        Assert.True(-sale.Where(line => line.Account.StartsWith("vat:", StringComparison.Ordinal)).Sum(line => line.Amount.Amount)
            == priced.Vat.Sum(line => line.Vat.Amount), which);
    }

    [Fact]
    public void Spreading_loses_no_cent_and_gives_no_part_more_than_it_has()
    {
        var random = new Random(11);
        for (var i = 0; i < 2_000; i++)
        {
            var parts = Enumerable.Range(0, random.Next(1, 5)).Select(_ => (long)random.Next(0, 5_000)).ToArray();
            var amount = (long)(random.NextDouble() * parts.Sum());

            var shares = Prices.Spread(amount, parts);

            Assert.Equal(parts.Sum() == 0 ? 0 : amount, shares.Sum());
            Assert.All(shares.Zip(parts), share => Assert.InRange(share.First, 0, share.Second));
        }
    }

    [Fact]
    public void What_is_free_has_no_fee()
    {
        var figures = new Policies { FeePerTicketMinor = 100, FeePerOrderMinor = 250 };

        var priced = Prices.Of([Hold(0, 3, 900)], [], figures, "nl");

        Assert.Equal(0, priced.Total.Amount);
        Assert.Single(priced.Lines);
    }

    private static HeldOffer Hold(Random random) =>
        Hold(random.Next(0, 4) == 0 ? random.Next(0, 10) : random.Next(1, 20_000), random.Next(1, 12), Rates[random.Next(Rates.Length)]);

    private static HeldOffer Hold(long price, int quantity, int rate) => new(
        Guid.CreateVersion7(), "things", "Ding", "", Guid.Empty, Guid.Empty, HoldStates.Held, DateTimeOffset.MaxValue,
        DateTimeOffset.MaxValue, false,
        [new HeldItem(1, Guid.CreateVersion7(), "Ding", quantity, new Money(price, "EUR"), rate, [])]);

    private static Voucher[] Vouchers(Random random, HeldOffer[] holds)
    {
        Guid[]? some = random.Next(3) == 0 ? [holds[0].Items[0].OfferId] : null;
        Voucher? discount = random.Next(3) switch
        {
            0 => new Voucher
            {
                VoucherId = Guid.CreateVersion7(),
                Kind = VoucherKinds.Percentage,
                ShareBasisPoints = random.Next(1, 10_001),
                CapMinor = random.Next(2) == 0 ? random.Next(1, 5_000) : null,
                Currency = "EUR",
                OfferIds = some,
            },
            1 => new Voucher
            {
                VoucherId = Guid.CreateVersion7(),
                Kind = VoucherKinds.Amount,
                AmountMinor = random.Next(1, 30_000),
                Currency = "EUR",
                OfferIds = some,
            },
            _ => null,
        };
        var gift = new Voucher
        {
            VoucherId = Guid.CreateVersion7(),
            Kind = VoucherKinds.Gift,
            BalanceMinor = random.Next(0, 40_000),
            Currency = "EUR",
        };
        return [.. discount is null ? (Voucher[])[] : [discount], .. random.Next(2) == 0 ? (Voucher[])[gift] : []];
    }
}
