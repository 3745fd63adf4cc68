using Balie.Contracts.Orders;
using Balie.Orders.Pricing;

namespace Balie.Orders.Refunds;

/// <summary>What a refund would come to, before anybody decides it.</summary>
/// <param name="Amount">All that goes back.</param>
/// <param name="Kept">What the rules let the seller keep of what is given back.</param>
/// <param name="OrderFee">The part of it that is kept once per order.</param>
/// <param name="Vat">VAT of the amount: what the credit note will say.</param>
/// <param name="ToPayment">What goes back the way it was paid.</param>
/// <param name="ToOthers">The rest: back onto gift vouchers, or by hand to whoever paid outside.</param>
/// <param name="NeedsApproval">A second person must approve it.</param>
internal sealed record RefundPreview(
    Money Amount, Money Kept, Money OrderFee, IReadOnlyList<RefundPreview.Line> Lines, IReadOnlyList<VatLine> Vat, Money ToPayment,
    IReadOnlyList<RefundPreview.Share> ToOthers, bool NeedsApproval)
{
    /// <param name="Quantity">0 for service fees, and for sums that nothing is given back for.</param>
    internal sealed record Line(
        Guid LineId, string Type, string Title, string Name, int Quantity, IReadOnlyList<Guid> UnitIds, Money Amount, Money Kept,
        int VatBasisPoints);

    /// <param name="Means">gift_voucher or outside.</param>
    internal sealed record Share(string Means, Guid? VoucherId, Money Amount);

    public static RefundPreview Of(Quote quote, bool needsApproval)
    {
        SoldAmount[] stands = [.. quote.Sold.Lines.Select(line => Amount(line, line.AmountMinor - line.RefundedMinor))];
        SoldAmount[] back = [.. quote.Lines.Select(line => Amount(line.Line, line.AmountMinor))];
        return new RefundPreview(
            quote.Amount, Of(quote.KeptMinor), Of(quote.FlatMinor),
            [.. quote.Lines.Select(line => new Line(
                line.Line.LineId, line.Line.Type, line.Line.Title, line.Line.Name, line.Quantity, line.UnitIds, Of(line.AmountMinor),
                Of(line.KeptMinor), line.Line.VatBasisPoints))],
            Quote.VatOf(stands, back, quote.Currency), Of(quote.ToProvidersMinor),
            [.. quote.Shares.Select(share => new Share(share.Settlement.Means, share.Settlement.VoucherId, Of(share.AmountMinor)))],
            needsApproval);

        Money Of(long minor) => new(minor, quote.Currency);
        SoldAmount Amount(SoldLine line, long minor) => new(line.Type == LineTypes.Fee, line.VatBasisPoints, minor);
    }
}

/// <summary>A refund as staff and its buyer see it.</summary>
/// <param name="Kind">decided, called_off, surplus (paid twice), too_late, or by_hand: made at the provider, without us.</param>
/// <param name="Status">proposed, declined, requested, submitted, succeeded, failed, cancelled or reversed.</param>
/// <param name="Amount">All that goes back: <paramref name="ToPayment"/> and <paramref name="ToOthers"/> together.</param>
/// <param name="Failure">What the provider said when it could not.</param>
/// <param name="Replaces">The refund that failed before this one.</param>
internal sealed record RefundView(
    Guid Id, Guid OrderId, string Kind, string Status, Money Amount, Money ToPayment, Money ToOthers, Money Kept, string Terms,
    bool Restock, string Reason, string Failure, string RequestedBy, DateTimeOffset RequestedAt, string? DecidedBy,
    DateTimeOffset? DecidedAt, Guid? Replaces)
{
    public static RefundView Of(RefundRow row) => new(
        row.RefundId, row.OrderId, row.Kind, row.Status, row.Total, new Money(row.AmountMinor, row.Currency),
        new Money(row.SettledMinor, row.Currency), new Money(row.KeptMinor, row.Currency), row.Terms, row.Restock, row.Reason,
        row.Failure, row.RequestedBy, row.RequestedAt, row.DecidedBy, row.DecidedAt, row.Replaces);
}
