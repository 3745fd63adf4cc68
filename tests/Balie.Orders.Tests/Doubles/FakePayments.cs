using Balie.Contracts.Payments;

namespace Balie.Orders.Tests.Doubles;

/// <summary>Payments in plain tables: attempts that a test lets succeed or fail, refunds that it asks about.</summary>
internal sealed class FakePayments : IPayments
{
    public async Task<OpenedPayment> Open(Tx tx, PaymentRequest request, CancellationToken ct)
    {
        var open = await tx.One<Guid?>(SelectOpen, new { request.OrderId, request.Amount.Amount }, ct);
        var attemptId = open ?? tx.NewId();
        if (open is null)
            await tx.Run(Insert, new { attemptId, request.OrderId, request.Amount.Amount, request.Amount.Currency }, ct);
        return new OpenedPayment(attemptId, $"https://balie.test/pay/{attemptId}");
    }

    public Task Stop(Tx tx, Guid orderId, string reason, CancellationToken ct) =>
        tx.Run("update doubles.attempts set state = 'stopped' where order_id = @orderId and state in ('open', 'pending')",
            new { orderId }, ct);

    public Task Refund(Tx tx, RefundOrder refund, CancellationToken ct) => tx.Run("""
        insert into doubles.refunds (refund_id, order_id, minor, reason) values (@RefundId, @OrderId, @minor, @Reason)
        """, new { refund.RefundId, refund.OrderId, minor = refund.Amount.Amount, refund.Reason }, ct);

    public async Task<IReadOnlyList<PaymentTotals>> Totals(Sql sql, IReadOnlyList<Guid> orderIds, CancellationToken ct)
    {
        var zero = Money.Zero("EUR");
        return [.. (await sql.Many<Row>(SelectStates, new { orderIds }, ct)).GroupBy(row => row.OrderId).Select(order => new PaymentTotals(
            order.Key, zero, zero, zero, zero, zero, order.Any(row => row.State == "pending"),
            order.Where(row => row.State == "open").Select(row => $"https://balie.test/pay/{row.AttemptId}").FirstOrDefault()))];
    }

    public Task Capture(Tx tx, Guid orderId, CancellationToken ct) =>
        tx.Run("update doubles.attempts set state = 'capturing' where order_id = @orderId", new { orderId }, ct);

    private sealed record Row(Guid OrderId, Guid AttemptId, string State);

    private const string SelectOpen =
        "select attempt_id from doubles.attempts where order_id = @OrderId and minor = @Amount and state = 'open'";

    private const string Insert = """
        insert into doubles.attempts (attempt_id, order_id, minor, currency, state)
        values (@attemptId, @OrderId, @Amount, @Currency, 'open')
        """;

    private const string SelectStates = "select order_id, attempt_id, state from doubles.attempts where order_id = any (@orderIds)";
}

/// <summary>A ledger that refuses what does not balance, and what was posted already.</summary>
internal sealed class FakeLedger : ILedger
{
    public async Task Post(Tx tx, LedgerEntry entry, CancellationToken ct)
    {
        if (entry.Lines.Sum(line => line.Amount.Amount) != 0) throw new InvalidOperationException($"{entry.Kind} does not balance.");
        foreach (var line in entry.Lines)
        {
            await tx.Run("""
                insert into doubles.ledger (kind, document_id, order_id, account, minor)
                values (@Kind, @DocumentId, @OrderId, @Account, @minor)
                """, new { entry.Kind, entry.DocumentId, entry.OrderId, line.Account, minor = line.Amount.Amount }, ct);
        }
    }
}
