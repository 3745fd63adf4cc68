using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Balie.Contracts.Payments;
using Balie.Payments.Attempts;
using Balie.Payments.Instructions;
using Balie.Payments.ProviderAccounts;
using Balie.Payments.Sandbox;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Balie.Payments.Tests;

/// <summary>
/// Payments alone, on real Kestrel because the sandbox posts its webhooks over HTTP. After each class the ledger and all counters must
/// agree, whatever its tests did.
/// </summary>
public class PaymentsApp : SocketApp<PaymentsModule>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(25);
    private int _orders;

    public FakeOrders Orders { get; } = new();

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public IPayments Payments => Services.GetRequiredService<IPayments>();

    public ILedger Ledger => Services.GetRequiredService<ILedger>();

    internal SyncAttempt Sync => Services.GetRequiredService<SyncAttempt>();

    internal StartPayment Starter => Services.GetRequiredService<StartPayment>();

    /// <summary>A browser: it shows where it is sent instead of going there.</summary>
    public HttpClient Browser { get; private set; } = null!; // Set by InitializeAsync, which xunit awaits before any test.

    protected override void Replace(IServiceCollection services) => services.AddSingleton<IPayables>(Orders);

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:payments:ProviderTimeout"] = "00:00:02";
    }

    ValueTask IAsyncLifetime.InitializeAsync() => new(Begin());

    protected async Task Begin()
    {
        await InitializeAsync();
        await using var owner = new NpgsqlConnection(ConnectionString);
        await owner.OpenAsync(CancellationToken.None);
        await owner.ExecuteAsync(FakeOrders.Tables);
        Browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        var verdicts = await Services.GetRequiredService<Verifier>().Run(null, CancellationToken.None);
        Browser.Dispose();
        await DisposeAsync();
        GC.SuppressFinalize(this);
        Assert.Empty(verdicts.SelectMany(verdict => verdict.Violations.Select(violation => $"{verdict.Check}: {violation}")));
    }

    /// <summary>Past the routes, and everybody hears of it all the same.</summary>
    public Task ChangeAccounts(string sql, object args) =>
        Services.GetRequiredService<AccountBook>().Change<int>(Db, async tx => await tx.Run(sql, args, Ct), Ct);

    public async Task<Guid> Order()
    {
        var orderId = Guid.CreateVersion7();
        await Db.Run("insert into fake_orders.orders (org_id, order_id) values (@orgId, @orderId)", new { orderId }, Ct);
        return orderId;
    }

    /// <summary>An order of so much, opened for payment.</summary>
    public async Task<(Guid OrderId, Guid AttemptId)> Open(
        long amount = 2500, string locale = "nl", bool captureLater = false, TimeSpan? within = null)
    {
        var orderId = await Order();
        return (orderId, (await OpenFor(orderId, amount, locale, captureLater, within)).AttemptId);
    }

    public async Task<OpenedPayment> OpenFor(
        Guid orderId, long amount = 2500, string locale = "nl", bool captureLater = false, TimeSpan? within = null)
    {
        var request = new PaymentRequest(
            orderId, $"T{Interlocked.Increment(ref _orders):D8}", new Money(amount, "EUR"), "2 kaarten voor Hamlet", locale,
            Clock.GetUtcNow() + (within ?? TimeSpan.FromMinutes(15)), captureLater);
        return await Act(orderId, tx => Payments.Open(tx, request, Ct));
    }

    /// <summary>Starts it at the sandbox, and gives the sandbox's name for it.</summary>
    public async Task<string> Start(Guid attemptId)
    {
        var answer = await Http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { }, Ct);
        var page = (await answer.IsOk<JsonElement>(Ct)).GetProperty("redirectUrl").GetString();
        return page?.Split('/')[^1] ?? "";
    }

    /// <summary>The bank does this.</summary>
    public async Task Outcome(string reference, string outcome, HttpStatusCode status = HttpStatusCode.OK)
    {
        var answer = await Http.PostAsJsonAsync($"/sandbox/payments/{reference}/outcome", new { outcome }, Ct);
        Assert.Equal(status, answer.StatusCode);
    }

    /// <summary>A captured payment of so much.</summary>
    public async Task<(Guid OrderId, Guid AttemptId)> Paid(long amount = 2500)
    {
        var (orderId, attemptId) = await Open(amount);
        await Outcome(await Start(attemptId), "paid");
        await Until(attemptId, "captured");
        return (orderId, attemptId);
    }

    public async Task Refund(Guid refundId, Guid orderId, long amount) => await Act(orderId, async tx =>
    {
        await Payments.Refund(tx, new RefundOrder(refundId, orderId, new Money(amount, "EUR"), "Toch niet."), Ct);
        return true;
    });

    /// <summary>What Orders does: its own row first, then whatever it asks.</summary>
    public async Task<T> Act<T>(Guid orderId, Func<Tx, Task<T>> act)
    {
        var outcome = await Db.Transact<T>(async tx =>
        {
            Assert.True(await Orders.Lock(tx, orderId, Ct));
            return await act(tx);
        }, Ct);
        Assert.Null(outcome.Refusal);
        return outcome.Value ?? throw new InvalidOperationException("Nothing came of it.");
    }

    internal async Task<Attempt> See(Guid attemptId) =>
        await Attempt.Find(Db, attemptId, Ct) ?? throw new InvalidOperationException("There is no such attempt.");

    internal Task<Attempt> Until(Guid attemptId, string state) => Until(attemptId, attempt => attempt.State == state);

    internal async Task<Attempt> Until(Guid attemptId, Func<Attempt, bool> good)
    {
        var attempt = await See(attemptId);
        for (var waited = TimeSpan.Zero; waited < Patience; waited += BetweenLooks)
        {
            if (good(attempt)) return attempt;
            await Task.Delay(BetweenLooks, Ct);
            attempt = await See(attemptId);
        }
        throw new TimeoutException($"It stays {attempt}.");
    }

    public static async Task Until(Func<Task<bool>> good, string what)
    {
        for (var waited = TimeSpan.Zero; waited < Patience; waited += BetweenLooks)
        {
            if (await good()) return;
            await Task.Delay(BetweenLooks, Ct);
        }
        throw new TimeoutException($"Waited in vain: {what}.");
    }

    public Task<FakeOrders.Happening[]> Heard(Guid orderId) => FakeOrders.Heard(Db, orderId, Ct);

    public async Task<string[]> Events(Guid orderId) => [.. (await Heard(orderId)).Select(happening => happening.Event)];

    /// <summary>The sums of an order per account of the ledger.</summary>
    public async Task<Dictionary<string, long>> Books(Guid orderId) => (await Db.Many<(string Account, long Sum)>("""
        select account, sum(amount_minor)::bigint
        from payments.ledger_lines
        join payments.ledger_entries using (org_id, entry_id)
        where org_id = @orgId and order_id = @orderId
        group by account
        """, new { orderId }, Ct)).ToDictionary(row => row.Account, row => row.Sum);

    internal Task<Instruction[]> Instructions(Guid attemptId) => Db.Many<Instruction>(
        $"select {Instruction.Columns} from payments.instructions where org_id = @orgId and attempt_id = @attemptId order by created_at",
        new { attemptId }, Ct);

    /// <summary>The sandbox account, made by whoever starts first, with other manners.</summary>
    internal async Task<SandboxPayment> AtSandbox(string reference) =>
        await SandboxPayment.Find(Db, reference, false, Ct) ?? throw new InvalidOperationException("The sandbox has no such payment.");
}
