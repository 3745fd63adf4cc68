using System.Collections.Concurrent;
using Balie.Contracts.Payments;

namespace Balie.Payments.Tests;

/// <summary>
/// Stands in for Orders: a row per order that is really locked, and whatever it was told, kept in the transaction in which it was told.
/// </summary>
public sealed class FakeOrders : IPayables
{
    /// <summary>Run by the owner before the app starts.</summary>
    public const string Tables = """
        create schema if not exists fake_orders;
        create table fake_orders.orders (org_id uuid not null, order_id uuid not null, primary key (org_id, order_id));
        create table fake_orders.happenings (
            org_id uuid not null, id bigint generated always as identity, order_id uuid not null, attempt_id uuid not null,
            event text not null, amount bigint not null, currency text not null, refund_id uuid, reason text not null);
        grant usage on schema fake_orders to balie_app, balie_system, balie_reader;
        call kernel.protect('fake_orders.orders');
        call kernel.protect('fake_orders.happenings');
        """;

    private readonly ConcurrentDictionary<Guid, Func<Tx, PaymentHappening, CancellationToken, Task>> _reactions = new();

    public sealed record Happening(string Event, Guid AttemptId, long Amount, Guid? RefundId, string Reason);

    /// <summary>What this order does when it hears of something, such as asking for a refund.</summary>
    public void When(Guid orderId, Func<Tx, PaymentHappening, CancellationToken, Task> react) => _reactions[orderId] = react;

    public async Task<bool> Lock(Tx tx, Guid orderId, CancellationToken ct) =>
        await tx.One<Guid?>("select order_id from fake_orders.orders where org_id = @orgId and order_id = @orderId for update",
            new { orderId }, ct) is not null;

    public string PassTo(Guid orgId, Guid orderId) => $"pass-to-{orderId}";

    public async Task Happened(Tx tx, PaymentHappening happening, CancellationToken ct)
    {
        await tx.Run("""
            insert into fake_orders.happenings (org_id, order_id, attempt_id, event, amount, currency, refund_id, reason)
            values (@orgId, @orderId, @attemptId, @what, @amount, @currency, @refundId, @reason)
            """, new
        {
            happening.OrderId,
            happening.AttemptId,
            what = happening.Event.ToString(),
            amount = happening.Amount.Amount,
            happening.Amount.Currency,
            happening.RefundId,
            happening.Reason,
        }, ct);
        if (_reactions.TryGetValue(happening.OrderId, out var react)) await react(tx, happening, ct);
    }

    public static Task<Happening[]> Heard(Db db, Guid orderId, CancellationToken ct) => db.Many<Happening>("""
        select event, attempt_id, amount, refund_id, reason
        from fake_orders.happenings
        where org_id = @orgId and order_id = @orderId
        order by id
        """, new { orderId }, ct);
}
