using Balie.Contracts.Orders;
using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Refunds.Runs;

/// <summary>
/// Gives everybody their money back for an event that was called off, or tries again what failed. A cancelled event begins this by itself;
/// with <c>dryRun</c> nothing happens and the answer says what would: how many orders, how much money and VAT, and what stands in the way.
/// </summary>
internal static class StartRefundRun
{
    private const int AtOnce = 500;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/events/{eventId:guid}/refund-run", Handle).Needs(Permission.RefundsWrite).Idempotent();

    public static async Task<Outcome<RefundRunView>> Handle(
        Guid eventId, Guid? slotId, bool? dryRun, Caller caller, OfferKinds kinds, SoldOrders orders, Db db, CancellationToken ct)
    {
        if ((await db.Many<HoldRow>(SelectAnyHold, new { eventId, slotId }, ct)).Length == 0) return RunNotFound;
        if (dryRun is true)
            return await Plan(new RefundRun(db.OrgId, Guid.Empty, eventId, slotId ?? Guid.Empty, "", "", db.Now), orders, db, ct);
        return await db.Transact<RefundRunView>(async tx =>
        {
            var any = await tx.Many<HoldRow>(SelectAnyHold, new { eventId, slotId }, ct);
            var seen = await kinds.See(tx, any.Select(hold => (hold.Kind, hold.HoldId)), ct);
            if (seen.Values.Any(hold => !hold.IsCalledOff)) return NotCalledOff;
            await RefundRun.Start(tx, eventId, slotId, "called off", caller.Actor, ct);
            return await SeeRefundRun.Of(tx, eventId, slotId, ct) is { } view ? view : RunNotFound;
        }, ct);
    }

    private static async Task<Outcome<RefundRunView>> Plan(RefundRun run, SoldOrders orders, Db db, CancellationToken ct)
    {
        var ids = (await db.Many<FoundRow>(RefundRun.Orders, new { run.SubjectId, run.PartId }, ct)).Select(row => row.OrderId);
        var (total, refunded, cancelled, failed) = (0, 0, 0, 0);
        var (amount, vat, problems) = (new Money(0, "EUR"), new List<VatLine>(), new List<RefundRunView.Problem>());
        foreach (var chunk in ids.Chunk(AtOnce))
        {
            foreach (var sold in await orders.Read(db, await db.Many<OrderRow>(SelectOrders, new { ids = chunk }, ct), ct))
            {
                total++;
                var quote = RefundOfRun.QuoteOf(run, sold);
                if (quote.AmountMinor == 0 || !sold.Order.IsSold)
                {
                    cancelled++;
                    continue;
                }
                if (!quote.IsThere)
                {
                    failed++;
                    if (problems.Count < RefundRunView.MostProblems)
                        problems.Add(new RefundRunView.Problem(sold.Order.OrderId, sold.Order.Reference, MoneyNotThere.Message));
                    continue;
                }
                refunded++;
                amount = new Money(amount.Amount, quote.Currency) + quote.Amount;
                vat.AddRange(RefundPreview.Of(quote, needsApproval: false).Vat);
            }
        }
        return new RefundRunView(
            run.SubjectId, run.PartId == Guid.Empty ? null : run.PartId, "planned", total, total, refunded, cancelled, failed, amount,
            [.. vat.GroupBy(rate => rate.BasisPoints).OrderByDescending(rate => rate.Key).Select(rate => rate.Aggregate(Added))],
            problems, null);
    }

    private static VatLine Added(VatLine left, VatLine right) =>
        new(left.BasisPoints, left.Net + right.Net, left.Vat + right.Vat, left.Gross + right.Gross);

    private sealed record HoldRow(string Kind, Guid HoldId);

    private sealed record FoundRow(Guid OrderId, string Currency);

    private const string SelectAnyHold = """
        select kind, hold_id
        from orders.order_holds
        where org_id = @orgId and subject_id = @eventId and (@slotId::uuid is null or part_id = @slotId)
        order by hold_id desc
        limit 1
        """;

    private const string SelectOrders = $"""
        select {OrderRow.Columns}
        from orders.orders
        where org_id = @orgId and order_id = any (@ids)
        """;
}
