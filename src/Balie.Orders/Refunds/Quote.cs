using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Pricing;
using Balie.Orders.Saga;

namespace Balie.Orders.Refunds;

/// <summary>What a line gives back.</summary>
/// <param name="KeptMinor">What of the worth of what goes back the seller keeps.</param>
internal sealed record QuoteLine(SoldLine Line, int Quantity, IReadOnlyList<Guid> UnitIds, long AmountMinor, long KeptMinor);

/// <summary>So much of it goes back to a gift voucher, or by hand to whoever paid outside.</summary>
internal sealed record QuoteShare(SoldSettlement Settlement, long AmountMinor);

/// <summary>
/// What a refund comes to. Pure arithmetic over what was sold and what went back before: parts of a line add up to the line, parts of an
/// order to its total, and VAT to the VAT of the sale, each to the last cent.
/// </summary>
internal sealed record Quote(SoldOrder Sold, string Terms, IReadOnlyList<QuoteLine> Lines, long FlatMinor)
{
    public string Currency => Sold.Order.Currency;
    public long AmountMinor => Lines.Sum(line => line.AmountMinor);
    public long KeptMinor => Lines.Sum(line => line.KeptMinor);
    public Money Amount => new(AmountMinor, Currency);

    /// <summary>Payments at providers are paid back first, the rest goes where it came from.</summary>
    public long ToProvidersMinor => Math.Min(AmountMinor, Math.Max(0, Sold.AtProvidersMinor));

    /// <summary>False while money that was only authorised is not taken yet, or after a bank took it back.</summary>
    public bool IsThere => ToProvidersMinor + Shares.Sum(share => share.AmountMinor) == AmountMinor;

    public QuoteShare[] Shares
    {
        get
        {
            var (rest, shares) = (AmountMinor - ToProvidersMinor, new List<QuoteShare>());
            foreach (var settlement in Sold.Settlements)
            {
                var share = Math.Min(rest, settlement.LeftMinor);
                if (share > 0) shares.Add(new QuoteShare(settlement, share));
                rest -= share;
            }
            return [.. shares];
        }
    }

    /// <summary>Everything that these units are worth, with the service fees that were paid for them.</summary>
    public static Quote Full(SoldOrder sold, IReadOnlyList<TakenBack> taken) =>
        Of(sold, taken, RefundTerms.Full, _ => new RefundPolicy([], FeesGoBack: true), _ => RefundTier.Whole, flatMinor: 0);

    /// <summary>By the rules of each event as they apply now; what was called off goes back whole.</summary>
    public static Quote ByPolicy(SoldOrder sold, IReadOnlyList<TakenBack> taken, DateTimeOffset now)
    {
        var flat = taken.Where(back => !sold.HoldOf(back.Line).IsCalledOff && back.Line.IsPriced)
            .Select(back => sold.HoldOf(back.Line).Policy.FeePerOrderMinor).DefaultIfEmpty(0).Max();
        return Of(sold, taken, RefundTerms.Policy, Rules, Share, Math.Max(0, flat - sold.FlatMinor));

        RefundPolicy Rules(SoldHold hold) => hold.IsCalledOff ? new RefundPolicy([], FeesGoBack: true) : hold.Policy;
        int Share(SoldHold hold) => hold.IsCalledOff ? RefundTier.Whole : hold.Policy.ShareAt(now, hold.Starts);
    }

    /// <summary>A plain sum, spread over what is left of the lines in proportion, so that its VAT is that of what was sold.</summary>
    public static Quote Sum(SoldOrder sold, long amountMinor)
    {
        SoldLine[] lines = [.. sold.Worthy];
        var shares = Prices.Spread(amountMinor, [.. lines.Select(line => Math.Max(0, sold.LeftOf(line)))]);
        return new Quote(sold, RefundTerms.Sum,
            [.. lines.Zip(shares).Where(one => one.Second > 0).Select(one => new QuoteLine(one.First, 0, [], one.Second, 0))], 0);
    }

    private static Quote Of(
        SoldOrder sold, IReadOnlyList<TakenBack> taken, string terms, Func<SoldHold, RefundPolicy> rules, Func<SoldHold, int> share,
        long flatMinor)
    {
        var items = new List<QuoteLine>();
        SoldLine[] fees = [.. sold.Worthy.Where(line => !line.IsItem)];
        var (feeWorth, feeBack) = (new long[fees.Length], new long[fees.Length]);
        var priced = sold.Lines.Where(line => line.IsPriced).Sum(line => line.Quantity);
        var returned = sold.Lines.Where(line => line.IsPriced).Sum(line => line.ReturnedQuantity);
        foreach (var back in taken)
        {
            var hold = sold.HoldOf(back.Line);
            var part = Worths.Part(sold.WorthOf(back.Line), back.Line.Quantity, back.Line.ReturnedQuantity, back.Quantity);
            var worth = Math.Min(part, sold.LeftOf(back.Line));
            var gives = Math.Max(0, Rounded(worth, share(hold)) - (long)rules(hold).FeePerUnitMinor * back.Quantity);
            items.Add(new QuoteLine(back.Line, back.Quantity, back.UnitIds, gives, worth - gives));
            if (!back.Line.IsPriced) continue;

            // Service fees follow what they were paid for, in proportion.
            for (var i = 0; i < fees.Length; i++)
            {
                var fee = Worths.Part(sold.WorthOf(fees[i]), priced, returned, back.Quantity);
                fee = Math.Min(fee, sold.LeftOf(fees[i]) - feeWorth[i]);
                feeWorth[i] += fee;
                if (rules(hold).FeesGoBack && share(hold) > 0) feeBack[i] += fee;
            }
            returned += back.Quantity;
        }
        var flat = Math.Min(flatMinor, items.Sum(line => line.AmountMinor));
        var flats = Prices.Spread(flat, [.. items.Select(line => line.AmountMinor)]);
        return new Quote(sold, terms,
        [
            .. items.Zip(flats).Select(one =>
                one.First with { AmountMinor = one.First.AmountMinor - one.Second, KeptMinor = one.First.KeptMinor + one.Second }),
            .. fees.Select((fee, i) => new QuoteLine(fee, 0, [], feeBack[i], feeWorth[i] - feeBack[i]))
                .Where(line => line.AmountMinor + line.KeptMinor > 0),
        ], flat);
    }

    private static long Rounded(long worth, int share) =>
        (long)(((Int128)worth * share + RefundTier.Whole / 2) / RefundTier.Whole);

    /// <summary>
    /// VAT of a refund per rate: that of what stood before it less that of what stays. So all of them together are the VAT of the sale.
    /// </summary>
    /// <param name="stands">The sale, and what went back of it, negative.</param>
    /// <param name="back">What goes back now.</param>
    public static VatLine[] VatOf(IReadOnlyList<SoldAmount> stands, IReadOnlyList<SoldAmount> back, string currency)
    {
        var stays = Rates([.. stands, .. Taken(back)]).ToDictionary(rate => rate.BasisPoints);
        return
        [
            .. from rate in Rates(stands)
               let left = stays[rate.BasisPoints]
               where rate.Gross != left.Gross || rate.Vat != left.Vat
               select new VatLine(rate.BasisPoints, rate.Net - left.Net, rate.Vat - left.Vat, rate.Gross - left.Gross),
        ];

        VatLine[] Rates(IReadOnlyList<SoldAmount> amounts) =>
            Vat.Of(amounts.Select(amount => (amount.BasisPoints, new Money(amount.Minor, currency))));
    }

    /// <summary>The sale backwards, account by account, by the same rule.</summary>
    public static LedgerLine[] EntriesOf(IReadOnlyList<SoldAmount> stands, IReadOnlyList<SoldAmount> back, string currency)
    {
        var (before, after) = (Sale(stands), Sale([.. stands, .. Taken(back)]));
        return
        [
            .. from account in before.Keys.Union(after.Keys)
               let minor = after.GetValueOrDefault(account) - before.GetValueOrDefault(account)
               where minor != 0
               select new LedgerLine(account, new Money(minor, currency)),
        ];

        Dictionary<string, long> Sale(IReadOnlyList<SoldAmount> amounts) => SaleEntries.Sale(
                new Money(amounts.Sum(amount => amount.Minor), currency),
                [.. amounts.Select(amount => (amount.IsFee, amount.BasisPoints, new Money(amount.Minor, currency)))])
            .ToDictionary(line => line.Account, line => line.Amount.Amount);
    }

    private static IEnumerable<SoldAmount> Taken(IReadOnlyList<SoldAmount> back) =>
        back.Select(amount => amount with { Minor = -amount.Minor });
}

/// <summary>An amount of a sale, as VAT and the ledger look at it; negative where it went back.</summary>
internal sealed record SoldAmount(bool IsFee, int BasisPoints, long Minor);
