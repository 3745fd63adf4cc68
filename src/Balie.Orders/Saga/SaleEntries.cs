using Balie.Contracts.Payments;
using Balie.Orders.Pricing;

namespace Balie.Orders.Saga;

/// <summary>
/// What the ledger hears when an order is confirmed: the sale, by fees, revenue and VAT per rate, and what gift vouchers paid of it.
/// </summary>
internal static class SaleEntries
{
    private sealed record GiftRow(Guid SettlementId, long AmountMinor);

    public static async Task Post(
        Tx tx, OrderRow order, IReadOnlyList<OrderContents.Line> lines, ILedger ledger, CancellationToken ct)
    {
        if (order.TotalMinor == 0) return;
        await ledger.Post(tx, new LedgerEntry("sale", order.OrderId, order.OrderId, order.Reference,
            Sale(order.Total, [.. lines.Select(line =>
                (line.Type == LineTypes.Fee, line.VatBasisPoints, new Money(line.AmountMinor, order.Currency)))])), ct);

        if (order.SettledMinor == 0) return;
        foreach (var gift in await tx.Many<GiftRow>(SelectGifts, new { order.OrderId }, ct))
        {
            var amount = new Money(gift.AmountMinor, order.Currency);
            await ledger.Post(tx, new LedgerEntry("gift_voucher", gift.SettlementId, order.OrderId, order.Reference,
                [new LedgerLine(Accounts.GiftVouchers, amount), new LedgerLine(Accounts.Customers, Negative(amount))]), ct);
        }
    }

    /// <summary>The lines of a sale: what fees and revenue are net adds up with VAT to the total, whatever was rounded.</summary>
    internal static LedgerLine[] Sale(Money total, IReadOnlyList<(bool IsFee, int BasisPoints, Money Amount)> lines)
    {
        var (fees, revenue) = (Money.Zero(total.Currency), Money.Zero(total.Currency));
        var entries = new List<LedgerLine> { new(Accounts.Customers, total) };
        foreach (var vat in Vat.Of(lines.Select(line => (line.BasisPoints, line.Amount))))
        {
            var fee = lines.Where(line => line.IsFee && line.BasisPoints == vat.BasisPoints)
                .Aggregate(Money.Zero(total.Currency), (sum, line) => sum + line.Amount);
            var feeNet = fee - Vat.In(fee, vat.BasisPoints);
            (fees, revenue) = (fees + feeNet, revenue + vat.Net - feeNet);
            entries.Add(new LedgerLine(Accounts.Vat(vat.BasisPoints), Negative(vat.Vat)));
        }
        entries.Add(new LedgerLine(Accounts.Fees, Negative(fees)));
        entries.Add(new LedgerLine(Accounts.Revenue, Negative(revenue)));
        return [.. entries.Where(entry => entry.Amount.Amount != 0)];
    }

    private static Money Negative(Money amount) => amount with { Amount = -amount.Amount };

    private const string SelectGifts = """
        select settlement_id, amount_minor
        from orders.settlements
        where org_id = @orgId and order_id = @orderId and means = 'gift_voucher' and ended_at is null
        order by settlement_id
        """;
}
