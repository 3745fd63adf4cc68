using Balie.Contracts.Orders;
using Balie.Orders.Pricing;
using Balie.Orders.Refunds;
using Balie.Orders.Saga;

namespace Balie.Orders.Tests.Refunds;

/// <summary>The arithmetic of refunds, over hundreds of orders with every kind of line, in every order of giving back.</summary>
public sealed class QuoteTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly int[] Rates = [0, 600, 900, 2_100];

    public static IEnumerable<TheoryDataRow<int>> Seeds => Enumerable.Range(1, 300).Select(seed => new TheoryDataRow<int>(seed));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_goes_back_in_whatever_parts_adds_up_to_the_last_cent(int seed)
    {
        var random = new Random(seed);
        var sold = Order(random);
        var total = sold.Order.TotalMinor;
        Assert.Equal(total, sold.Worthy.Sum(sold.WorthOf));

        var (stands, ledger, vats) = (new List<SoldAmount>(), new Dictionary<string, long>(), new Dictionary<int, long>());
        stands.AddRange(sold.Lines.Select(line => Amount(line, line.AmountMinor)));
        var atFirst = stands.ToArray();
        var (back, kept) = (0L, 0L);
        for (var round = 0; round < 40 && sold.Lines.Any(line => line.IsItem && line.LeftQuantity > 0); round++)
        {
            var quote = Next(random, sold);
            Assert.All(quote.Lines, line => Assert.True(line.AmountMinor >= 0 && line.KeptMinor >= 0));
            Assert.True(quote.ToProvidersMinor <= sold.AtProvidersMinor);
            SoldAmount[] now = [.. quote.Lines.Select(line => Amount(line.Line, line.AmountMinor))];
            foreach (var entry in Quote.EntriesOf(stands, now, "EUR"))
                ledger[entry.Account] = ledger.GetValueOrDefault(entry.Account) + entry.Amount.Amount;
            var vat = Quote.VatOf(stands, now, "EUR");
            foreach (var rate in vat) vats[rate.BasisPoints] = vats.GetValueOrDefault(rate.BasisPoints) + rate.Vat.Amount;
            Assert.Equal(quote.AmountMinor, vat.Sum(rate => rate.Gross.Amount));
            Assert.All(vat, rate => Assert.Equal(rate.Gross, rate.Net + rate.Vat));
            stands.AddRange(now.Select(amount => amount with { Minor = -amount.Minor }));
            (back, kept) = (back + quote.AmountMinor, kept + quote.KeptMinor);
            sold = After(sold, quote);
            Assert.True(back + kept <= total);
        }

        Assert.Equal(total, back + kept);
        Assert.Equal(0, ledger.Values.Sum());
        Assert.Equal(-back, ledger.GetValueOrDefault("customers"));
        foreach (var (first, last) in VatOf(atFirst).Zip(VatOf(stands)))
            Assert.Equal(first.Vat.Amount - last.Vat.Amount, vats.GetValueOrDefault(first.BasisPoints));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void All_of_it_at_once_or_in_parts_comes_to_the_total(int seed)
    {
        var random = new Random(seed);
        var sold = Order(random);
        var (total, back) = (sold.Order.TotalMinor, 0L);
        while (sold.Lines.Any(line => line.IsItem && line.LeftQuantity > 0))
        {
            var quote = Quote.Full(sold, Some(random, sold));
            back += quote.AmountMinor;
            sold = After(sold, quote);
        }
        Assert.Equal(total, back);
    }

    private static SoldAmount Amount(SoldLine line, long minor) => new(line.Type == LineTypes.Fee, line.VatBasisPoints, minor);

    private static VatLine[] VatOf(IEnumerable<SoldAmount> amounts) =>
        Vat.Of(amounts.Select(amount => (amount.BasisPoints, new Money(amount.Minor, "EUR"))));

    private static Quote Next(Random random, SoldOrder sold) => random.Next(4) switch
    {
        0 when sold.Worthy.Sum(sold.LeftOf) is > 0 and var left => Quote.Sum(sold, random.NextInt64(1, Math.Min(left, 500) + 1)),
        1 => Quote.Full(sold, Some(random, sold)),
        _ => Quote.ByPolicy(sold, Some(random, sold), Now),
    };

    private static List<TakenBack> Some(Random random, SoldOrder sold)
    {
        SoldLine[] left = [.. sold.Lines.Where(line => line.IsItem && line.LeftQuantity > 0)];
        random.Shuffle(left);
        return [.. left.Take(random.Next(1, left.Length + 1))
            .Select(line => new TakenBack(line, random.Next(1, line.LeftQuantity + 1), []))];
    }

    private static SoldOrder After(SoldOrder sold, Quote quote)
    {
        var taken = quote.Lines.ToDictionary(line => line.Line.LineId);
        return sold with
        {
            Lines =
            [
                .. sold.Lines.Select(line => taken.GetValueOrDefault(line.LineId) is not { } back ? line : line with
                {
                    ReturnedQuantity = line.ReturnedQuantity + back.Quantity,
                    RefundedMinor = line.RefundedMinor + back.AmountMinor,
                    KeptMinor = line.KeptMinor + back.KeptMinor,
                }),
            ],
            AtProvidersMinor = sold.AtProvidersMinor - quote.ToProvidersMinor,
            FlatMinor = sold.FlatMinor + quote.FlatMinor,
        };
    }

    private static SoldOrder Order(Random random)
    {
        var holds = Enumerable.Range(0, random.Next(1, 4)).Select(_ => new SoldHold(
            Guid.NewGuid(), "things", Guid.NewGuid(), Guid.NewGuid(), Now.AddHours(random.Next(0, 300)), null,
            new RefundPolicy([new(168, 10_000), new(24, random.Next(1, 10_000))], random.Next(0, 300), random.Next(0, 500),
                random.Next(2) == 0))).ToArray();
        var lines = new List<SoldLine>();
        foreach (var hold in holds)
        {
            for (var count = random.Next(1, 4); count > 0; count--)
            {
                var unit = random.Next(4) == 0 ? 0 : random.Next(1, 10_000);
                lines.Add(Line(LineTypes.Item, random.Next(1, 8), unit, Pick(random), hold.HoldId));
            }
        }
        foreach (var rate in lines.Select(line => line.VatBasisPoints).Distinct().ToArray())
        {
            var gross = lines.Where(line => line.IsItem && line.VatBasisPoints == rate).Sum(line => line.AmountMinor);
            if (gross > 0 && random.Next(2) == 0)
                lines.Add(Line(LineTypes.Discount, 1, -random.NextInt64(1, gross + 1), rate, null));
        }
        var priced = lines.Where(line => line.IsPriced).Sum(line => line.Quantity);
        if (priced > 0) lines.Add(Line(LineTypes.Fee, priced, random.Next(1, 300), 2_100, null));
        if (priced > 0) lines.Add(Line(LineTypes.Fee, 1, random.Next(1, 300), 2_100, null));
        var total = lines.Sum(line => line.AmountMinor);
        return new SoldOrder(
            new OrderRow(
                Guid.NewGuid(), "REFERENCE1", "confirmed", "", null, "Koper", "koper@example.org", "nl", total, "EUR", 0, 0, total, 0, 0,
                false, null, Now, Now),
            lines, holds, total, [], 0);
    }

    private static int Pick(Random random) => Rates[random.Next(Rates.Length)];

    private static SoldLine Line(string type, int quantity, long unit, int rate, Guid? holdId) => new(
        Guid.NewGuid(), type, holdId, 1, holdId is null ? null : Guid.NewGuid(), "Ding", "", "", quantity, unit, quantity * unit, rate,
        null, 0, 0, 0, []);
}
