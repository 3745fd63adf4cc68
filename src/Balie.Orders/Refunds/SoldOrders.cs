using Balie.Orders.Saga;

namespace Balie.Orders.Refunds;

/// <summary>Reads what was sold in orders and what became of it, for one or for hundreds at once.</summary>
internal sealed class SoldOrders(OfferKinds kinds, RefundPolicyReader policies)
{
    // Arrays cannot be members of a positional record.
    private sealed record LineRow
    {
        public Guid OrderId { get; init; }
        public Guid LineId { get; init; }
        public string Type { get; init; } = "";
        public Guid? HoldId { get; init; }
        public int? HoldLine { get; init; }
        public Guid? OfferId { get; init; }
        public string Title { get; init; } = "";
        public string Detail { get; init; } = "";
        public string Name { get; init; } = "";
        public int Quantity { get; init; }
        public long UnitMinor { get; init; }
        public long AmountMinor { get; init; }
        public int VatBasisPoints { get; init; }
        public Guid[]? Covers { get; init; }
        public long ReturnedQuantity { get; init; }
        public long RefundedMinor { get; init; }
        public long KeptMinor { get; init; }
    }

    private sealed record UnitRow(Guid LineId, Guid UnitId);

    private sealed record HoldRow(Guid OrderId, Guid HoldId, string Kind, Guid SubjectId, Guid PartId, DateTimeOffset? StartsAt);

    private sealed record SettlementRow(Guid OrderId, Guid SettlementId, string Means, Guid? VoucherId, long LeftMinor);

    private sealed record BackRow(Guid OrderId, long AmountMinor, long WaitingMinor, long FlatMinor);

    public async Task<SoldOrder> Read(Sql sql, OrderRow order, CancellationToken ct) => (await Read(sql, [order], ct))[0];

    /// <summary>In the order asked for.</summary>
    public async Task<SoldOrder[]> Read(Sql sql, IReadOnlyList<OrderRow> orders, CancellationToken ct)
    {
        var args = new { ids = orders.Select(order => order.OrderId).ToArray() };
        var lines = (await sql.Many<LineRow>(SelectLines, args, ct)).ToLookup(line => line.OrderId);
        var units = (await sql.Many<UnitRow>(SelectUnits, args, ct)).ToLookup(unit => unit.LineId, unit => unit.UnitId);
        var holds = await sql.Many<HoldRow>(SelectHolds, args, ct);
        var settlements = (await sql.Many<SettlementRow>(SelectSettlements, args, ct)).ToLookup(row => row.OrderId);
        var back = (await sql.Many<BackRow>(SumBack, args, ct)).ToDictionary(row => row.OrderId);
        var seen = await kinds.See(sql, holds.Select(hold => (hold.Kind, hold.HoldId)), ct);
        var rules = await policies.Of(sql, holds.Select(hold => hold.SubjectId), ct);
        var holdsOf = holds.ToLookup(hold => hold.OrderId, hold => new SoldHold(
            hold.HoldId, hold.Kind, hold.SubjectId, hold.PartId, hold.StartsAt, seen.GetValueOrDefault(hold.HoldId),
            rules(hold.SubjectId)));
        return [.. orders.Select(order =>
        {
            var gone = back.GetValueOrDefault(order.OrderId);
            return new SoldOrder(
                order, [.. lines[order.OrderId].Select(line => Line(line, units[line.LineId]))], [.. holdsOf[order.OrderId]],
                order.CapturedMinor - order.ChargedBackMinor - (gone?.AmountMinor ?? 0),
                Left(settlements[order.OrderId], gone?.WaitingMinor ?? 0), gone?.FlatMinor ?? 0);
        })];
    }

    private static SoldLine Line(LineRow row, IEnumerable<Guid> units) => new(
        row.LineId, row.Type, row.HoldId, row.HoldLine, row.OfferId, row.Title, row.Detail, row.Name, row.Quantity, row.UnitMinor,
        row.AmountMinor, row.VatBasisPoints, row.Covers, (int)row.ReturnedQuantity, row.RefundedMinor, row.KeptMinor, [.. units]);

    // What proposals have set aside is not there for others, though nothing was given back yet.
    private static SoldSettlement[] Left(IEnumerable<SettlementRow> rows, long waiting)
    {
        var left = new List<SoldSettlement>();
        foreach (var row in rows)
        {
            var aside = Math.Min(waiting, row.LeftMinor);
            waiting -= aside;
            if (row.LeftMinor > aside) left.Add(new SoldSettlement(row.SettlementId, row.Means, row.VoucherId, row.LeftMinor - aside));
        }
        return [.. left];
    }

    private const string SelectLines = """
        select lines.order_id, lines.line_id, type, hold_id, hold_line, offer_id, title, detail, name, lines.quantity, unit_minor,
            lines.amount_minor, vat_basis_points, offer_ids as covers, coalesce(gone.quantity, 0) as returned_quantity,
            coalesce(gone.amount_minor, 0)::bigint as refunded_minor, coalesce(gone.kept_minor, 0)::bigint as kept_minor
        from orders.order_lines as lines
        left join orders.vouchers on vouchers.org_id = lines.org_id and vouchers.voucher_id = lines.voucher_id
        left join lateral (
            select sum(refund_lines.quantity) as quantity, sum(refund_lines.amount_minor) as amount_minor,
                sum(refund_lines.kept_minor) as kept_minor
            from orders.refund_lines
            join orders.refunds using (org_id, refund_id)
            where refund_lines.org_id = lines.org_id and refund_lines.line_id = lines.line_id and status <> 'declined'
        ) as gone on true
        where lines.org_id = @orgId and lines.order_id = any (@ids)
        order by lines.order_id, position
        """;

    private const string SelectUnits = """
        select refund_lines.line_id, unnest(unit_ids) as unit_id
        from orders.refund_lines
        join orders.refunds using (org_id, refund_id)
        where org_id = @orgId and refunds.order_id = any (@ids) and status <> 'declined'
        """;

    private const string SelectHolds = """
        select order_id, hold_id, kind, subject_id, part_id, starts_at
        from orders.order_holds
        where org_id = @orgId and order_id = any (@ids)
        order by order_id, hold_id
        """;

    private const string SelectSettlements = """
        select order_id, settlement_id, means, voucher_id, amount_minor - given_back_minor as left_minor
        from orders.settlements
        where org_id = @orgId and order_id = any (@ids) and ended_at is null and amount_minor > given_back_minor
        order by order_id, means, settlement_id
        """;

    private const string SumBack = """
        select order_id,
            coalesce(sum(case status when 'declined' then 0 when 'cancelled' then paid_minor else amount_minor end), 0)::bigint
                as amount_minor,
            coalesce(sum(settled_minor) filter (where status = 'proposed'), 0)::bigint as waiting_minor,
            coalesce(sum(flat_minor) filter (where status <> 'declined'), 0)::bigint as flat_minor
        from orders.refunds
        where org_id = @orgId and order_id = any (@ids)
        group by order_id
        """;
}
