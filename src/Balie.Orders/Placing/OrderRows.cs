using Balie.Contracts.Orders;
using Balie.Orders.Pricing;
using Balie.Orders.Saga;

namespace Balie.Orders.Placing;

/// <summary>Writes a new order: itself, its lines, and the holds it is made of.</summary>
internal static class OrderRows
{
    /// <returns>False when one of the holds belongs to another order: the caller rolls back.</returns>
    public static async Task<bool> Insert(
        Tx tx, OrderRow order, IReadOnlyList<HeldOffer> holds, IReadOnlyList<OrderLineView> lines, Priced priced, CancellationToken ct)
    {
        await tx.Later(InsertOrder, order, ct);
        var held = holds.OrderBy(hold => hold.HoldId).ToArray();
        var joined = await tx.Run(InsertHolds, new
        {
            order.OrderId,
            holdIds = held.Select(hold => hold.HoldId).ToArray(),
            kinds = held.Select(hold => hold.Kind).ToArray(),
            subjects = held.Select(hold => hold.SubjectId).ToArray(),
            parts = held.Select(hold => hold.PartId).ToArray(),
            starts = held.Select(hold => hold.StartsAt?.UtcDateTime).ToArray(),
        }, ct);
        if (joined < held.Length) return false;
        await tx.Later(InsertLines, new
        {
            order.OrderId,
            lineIds = lines.Select(line => line.Id).ToArray(),
            types = priced.Lines.Select(line => line.Type).ToArray(),
            kinds = priced.Lines.Select(line => line.Kind).ToArray(),
            holdIds = priced.Lines.Select(line => line.HoldId).ToArray(),
            holdLines = priced.Lines.Select(line => line.HoldLine).ToArray(),
            offerIds = priced.Lines.Select(line => line.OfferId).ToArray(),
            voucherIds = priced.Lines.Select(line => line.VoucherId).ToArray(),
            titles = priced.Lines.Select(line => line.Title).ToArray(),
            details = priced.Lines.Select(line => line.Detail).ToArray(),
            names = priced.Lines.Select(line => line.Name).ToArray(),
            quantities = priced.Lines.Select(line => line.Quantity).ToArray(),
            units = priced.Lines.Select(line => line.UnitPrice.Amount).ToArray(),
            amounts = priced.Lines.Select(line => line.Amount.Amount).ToArray(),
            rates = priced.Lines.Select(line => line.VatBasisPoints).ToArray(),
        }, ct);
        return true;
    }

    private const string InsertOrder = """
        insert into orders.orders (
            org_id, order_id, reference, status, user_id, buyer_name, buyer_email, locale, total_minor, currency, settled_minor,
            capture_later, expires_at, created_at, updated_at)
        values (
            @orgId, @OrderId, @Reference, @Status, @UserId, @BuyerName, @BuyerEmail, @Locale, @TotalMinor, @Currency, @SettledMinor,
            @CaptureLater, @ExpiresAt, @CreatedAt, @CreatedAt)
        """;

    private const string InsertHolds = """
        insert into orders.order_holds (org_id, hold_id, order_id, kind, subject_id, part_id, starts_at)
        select @orgId, hold.hold_id, @orderId, hold.kind, hold.subject_id, hold.part_id, hold.starts_at
        from unnest(@holdIds, @kinds, @subjects, @parts, @starts::timestamptz[]) as hold (hold_id, kind, subject_id, part_id, starts_at)
        on conflict do nothing
        """;

    private const string InsertLines = """
        insert into orders.order_lines (
            org_id, order_id, position, line_id, type, kind, hold_id, hold_line, offer_id, voucher_id, title, detail, name, quantity,
            unit_minor, amount_minor, vat_basis_points)
        select
            @orgId, @orderId, line.position, line.line_id, line.type, line.kind, line.hold_id, line.hold_line, line.offer_id,
            line.voucher_id, line.title, line.detail, line.name, line.quantity, line.unit_minor, line.amount_minor, line.rate
        from unnest(
            @lineIds, @types, @kinds, @holdIds::uuid[], @holdLines::integer[], @offerIds::uuid[], @voucherIds::uuid[], @titles, @details,
            @names, @quantities, @units, @amounts, @rates)
            with ordinality as line (
                line_id, type, kind, hold_id, hold_line, offer_id, voucher_id, title, detail, name, quantity, unit_minor, amount_minor,
                rate, position)
        """;
}
