using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Refunds;

/// <summary>Works out what a wish comes to, the same for a preview as for the refund itself.</summary>
internal static class QuoteRefund
{
    public static Outcome<Quote> Of(SoldOrder sold, RefundWish wish, bool byStaff, DateTimeOffset now)
    {
        if (!sold.Order.IsSold) return NotConfirmed;
        var chosen = wish.Choose(sold, byStaff);
        if (chosen.Value is not { } taken) return chosen.Refusal ?? NothingToRefund;
        if (wish.Amount is not { } sum)
            return wish.Terms == RefundTerms.Full ? Quote.Full(sold, taken) : Quote.ByPolicy(sold, taken, now);

        var left = sold.Worthy.Sum(line => Math.Max(0, sold.LeftOf(line)));
        if (sum.Currency != sold.Order.Currency) return MixedCurrencies.At("amount");
        return sum.Amount <= left ? Quote.Sum(sold, sum.Amount) : RefundTooMuch.With("available", left);
    }

    /// <summary>
    /// Above the organisation's figure, with what went back of the order before, a second person looks. Not where the seller owes it
    /// anyway.
    /// </summary>
    public static bool NeedsApproval(Quote quote, Policies figures) => KindOf(quote) == RefundKinds.Decided
        && quote.AmountMinor + quote.Sold.Lines.Sum(line => line.RefundedMinor) > figures.RefundApprovalFromMinor;

    public static string KindOf(Quote quote) =>
        quote.Terms != RefundTerms.Sum && quote.Lines.Where(line => line.Line.IsItem).All(line => quote.Sold.HoldOf(line.Line).IsCalledOff)
            ? RefundKinds.CalledOff
            : RefundKinds.Decided;
}
