using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Invoices;
using Balie.Orders.Pricing;
using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Refunds;

/// <summary>Who asks for a refund, how and why.</summary>
/// <param name="By">One of <see cref="Triggers"/>.</param>
internal sealed record RefundAsked(
    string Kind, string Actor, string By, string Reason, bool Restock, bool NeedsApproval, Guid? RunId = null);

/// <summary>
/// Writes refunds down, within a transaction that has locked the order. A decided one reverses the sale in the same breath: money on its
/// way back, units free, gift vouchers refilled, the ledger told. The credit note is numbered by the caller, last, because everybody who
/// numbers something at that moment waits for the same counter.
/// </summary>
internal sealed class Refunding(OfferKinds kinds, IPayments payments, ILedger ledger)
{
    private sealed record LineRow(
        string Type, string Title, string Detail, string Name, int VatBasisPoints, long StandsMinor, int Quantity, long BackMinor);

    private sealed record UnitRow(Guid HoldId, string Kind, Guid? UnitId);

    private sealed record LeftRow(Guid SettlementId, string Means, Guid? VoucherId, long LeftMinor);

    /// <summary>Proposed where somebody else must approve it, else decided; then there is a credit note to issue.</summary>
    public async Task<Outcome<(RefundRow Refund, CreditNote? Note)>> Request(Tx tx, Quote quote, RefundAsked asked, CancellationToken ct)
    {
        if (quote.AmountMinor == 0) return NothingToRefund;
        if (!quote.IsThere) return MoneyNotThere.With("available", quote.ToProvidersMinor + quote.Shares.Sum(share => share.AmountMinor));
        var status = asked.NeedsApproval ? RefundStates.Proposed : RefundStates.Requested;
        var refund = new RefundRow(
            tx.NewId(), quote.Sold.Order.OrderId, asked.Kind, status, quote.ToProvidersMinor, quote.AmountMinor - quote.ToProvidersMinor,
            quote.Currency, quote.Terms, asked.Restock, quote.KeptMinor, asked.Reason, "", asked.Actor, tx.Now,
            asked.NeedsApproval ? null : asked.Actor, asked.NeedsApproval ? null : tx.Now, 0, asked.RunId, null);
        await Insert(tx, refund, quote, ct);
        if (asked.NeedsApproval)
        {
            await OrderStep.Note(tx, quote.Sold.Order, asked.By, asked.Actor, $"refund of {refund.Total} waits for approval", ct);
            return (refund, null);
        }
        return await CarryOut(tx, quote.Sold.Order, refund, asked.By, asked.Actor, ct);
    }

    /// <summary>Does what was decided. Refunds only ever come here once: on their way out of <c>proposed</c>, or past it.</summary>
    public async Task<(RefundRow Refund, CreditNote? Note)> CarryOut(
        Tx tx, OrderRow order, RefundRow refund, string by, string actor, CancellationToken ct)
    {
        if (refund.AmountMinor > 0)
        {
            await payments.Refund(tx, new RefundOrder(
                refund.RefundId, order.OrderId, new Money(refund.AmountMinor, refund.Currency), refund.Reason), ct);
        }
        var (rows, units) = await tx.Both<LineRow, UnitRow>(SelectLinesAndUnits, new { refund.OrderId, refund.RefundId }, ct);
        if (refund.Restock) await Withdraw(tx, refund, units, actor, ct);
        if (refund.SettledMinor > 0) await GiveBackSettled(tx, order, refund, ct);

        SoldAmount[] stands = [.. rows.Select(row => Amount(row, row.StandsMinor))];
        SoldAmount[] back = [.. rows.Select(row => Amount(row, row.BackMinor))];
        if (Quote.EntriesOf(stands, back, refund.Currency) is { Length: > 0 } entries)
            await ledger.Post(tx, new LedgerEntry("refund", refund.RefundId, order.OrderId, order.Reference, entries), ct);

        await OrderStep.Note(tx, order, by, actor, $"refund of {refund.Total}: {refund.Reason}", ct);
        tx.Publish(new RefundRequested(refund.RefundId, order.OrderId, refund.Total, refund.Reason));
        if (refund.AmountMinor == 0)
        {
            // Nothing that a provider would have to do.
            await RefundStep.Take(tx, refund.RefundId, refund.Status, RefundStates.Succeeded, actor, "given back here", ct);
            tx.Publish(new RefundSucceeded(refund.RefundId, order.OrderId, refund.Total));
            refund = refund with { Status = RefundStates.Succeeded };
        }
        return (refund, new CreditNote(order, refund.RefundId, [.. rows.Where(row => row.BackMinor > 0).Select(row => new InvoiceLine(
            row.Type, row.Title, row.Detail, row.Name, row.Quantity, new Money(-row.BackMinor, refund.Currency), row.VatBasisPoints))],
            Quote.VatOf(stands, back, refund.Currency)));
    }

    private static SoldAmount Amount(LineRow row, long minor) => new(row.Type == LineTypes.Fee, row.VatBasisPoints, minor);

    private static async Task Insert(Tx tx, RefundRow refund, Quote quote, CancellationToken ct)
    {
        await tx.Later(InsertRefund, new
        {
            refund.RefundId,
            refund.OrderId,
            refund.Kind,
            refund.Status,
            refund.AmountMinor,
            refund.SettledMinor,
            refund.Currency,
            refund.Terms,
            refund.Restock,
            refund.KeptMinor,
            quote.FlatMinor,
            refund.Reason,
            refund.RequestedBy,
            refund.DecidedBy,
            refund.DecidedAt,
            refund.RunId,
            tx.Now,
        }, ct);
        foreach (var line in quote.Lines)
        {
            await tx.Later(InsertLine, new
            {
                refund.RefundId,
                line.Line.LineId,
                line.Quantity,
                line.AmountMinor,
                line.KeptMinor,
                unitIds = line.UnitIds.ToArray(),
            }, ct);
        }
        await RefundStep.Record(tx, refund.RefundId, "", refund.Status, refund.RequestedBy, refund.Reason, ct);
    }

    private async Task Withdraw(Tx tx, RefundRow refund, UnitRow[] units, string actor, CancellationToken ct)
    {
        foreach (var hold in units.GroupBy(unit => (unit.HoldId, unit.Kind)))
        {
            // Where units had no identity, all that is left of the hold goes back: it was refused otherwise.
            Guid[]? unitIds = hold.Any(unit => unit.UnitId is null) ? null : [.. hold.Select(unit => unit.UnitId.GetValueOrDefault())];
            await kinds.Get(hold.Key.Kind).Withdraw(tx, hold.Key.HoldId, unitIds, actor, refund.Reason, ct);
        }
    }

    private async Task GiveBackSettled(Tx tx, OrderRow order, RefundRow refund, CancellationToken ct)
    {
        var rest = refund.SettledMinor;
        var byAccount = new Dictionary<string, long>();
        foreach (var left in await tx.Many<LeftRow>(LockSettlements, new { refund.OrderId }, ct))
        {
            var share = Math.Min(rest, left.LeftMinor);
            if (share == 0) continue;
            rest -= share;
            await tx.Later(GiveBack, new { left.SettlementId, share }, ct);
            if (left.VoucherId is not null) await tx.Later(Refill, new { left.VoucherId, share }, ct);
            var account = left.VoucherId is null ? Accounts.Bank : Accounts.GiftVouchers;
            byAccount[account] = byAccount.GetValueOrDefault(account) + share;
        }
        if (rest > 0) throw new InvalidOperationException($"Refund {refund.RefundId} gives back more than was settled.");

        // Whatever was refunded, and whichever way: what an order looks like is worked out from this.
        await tx.Later(CountRefunded, new { refund.OrderId, refund.SettledMinor }, ct);
        await ledger.Post(tx, new LedgerEntry("refund_settled", refund.RefundId, order.OrderId, order.Reference,
        [
            new LedgerLine(Accounts.Customers, new Money(refund.SettledMinor, refund.Currency)),
            .. byAccount.Select(account => new LedgerLine(account.Key, new Money(-account.Value, refund.Currency))),
        ]), ct);
    }

    private const string InsertRefund = """
        insert into orders.refunds (
            org_id, refund_id, order_id, kind, status, amount_minor, settled_minor, currency, terms, restock, kept_minor, flat_minor,
            reason, requested_by, requested_at, decided_by, decided_at, run_id, updated_at)
        values (
            @orgId, @refundId, @orderId, @kind, @status, @amountMinor, @settledMinor, @currency, @terms, @restock, @keptMinor, @flatMinor,
            @reason, @requestedBy, @now, @decidedBy, @decidedAt, @runId, @now)
        """;

    private const string InsertLine = """
        insert into orders.refund_lines (org_id, refund_id, line_id, quantity, amount_minor, kept_minor, unit_ids)
        values (@orgId, @refundId, @lineId, @quantity, @amountMinor, @keptMinor, @unitIds)
        """;

    private const string SelectLinesAndUnits = """
        select type, title, detail, name, vat_basis_points, (lines.amount_minor - gone)::bigint as stands_minor,
            coalesce(mine.quantity, 0) as quantity, coalesce(mine.amount_minor, 0) as back_minor
        from orders.order_lines as lines
        left join orders.refund_lines as mine
            on mine.org_id = lines.org_id and mine.refund_id = @refundId and mine.line_id = lines.line_id
        cross join lateral (
            select coalesce(sum(refund_lines.amount_minor), 0) as gone
            from orders.refund_lines
            join orders.refunds using (org_id, refund_id)
            where refund_lines.org_id = lines.org_id and refund_lines.line_id = lines.line_id and refund_id <> @refundId
                and status not in ('proposed', 'declined')
        ) as earlier
        where lines.org_id = @orgId and lines.order_id = @orderId
        order by position;

        select lines.hold_id, lines.kind, unit_id
        from orders.refund_lines
        join orders.order_lines as lines using (org_id, line_id)
        left join lateral unnest(unit_ids) as unit_id on true
        where org_id = @orgId and refund_id = @refundId and lines.type = 'item' and refund_lines.quantity > 0
        order by lines.hold_id, unit_id
        """;

    private const string LockSettlements = """
        select settlement_id, means, voucher_id, amount_minor - given_back_minor as left_minor
        from orders.settlements
        where org_id = @orgId and order_id = @orderId and ended_at is null and amount_minor > given_back_minor
        order by means, settlement_id
        for update
        """;

    private const string GiveBack = """
        update orders.settlements
        set given_back_minor = given_back_minor + @share
        where org_id = @orgId and settlement_id = @settlementId
        """;

    private const string Refill = """
        update orders.vouchers
        set balance_minor = balance_minor + @share
        where org_id = @orgId and voucher_id = @voucherId
        """;

    private const string CountRefunded = """
        update orders.orders
        set refunded_minor = refunded_minor + @settledMinor
        where org_id = @orgId and order_id = @orderId
        """;
}
