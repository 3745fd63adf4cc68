using System.Net;
using System.Text.Json;
using Balie.Contracts.Identity;
using Balie.Contracts.Inventory;
using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Carts;
using Balie.Orders.Tests.Doubles;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Balie.Orders.Tests;

/// <summary>Orders alone, with things to sell, payments that a test decides about, and time that it moves.</summary>
public class OrdersApp : ModuleApp<OrdersModule>, IAsyncLifetime
{
    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public HttpClient Staff => As(Roles.Support);

    internal IPayables Payables => Services.GetRequiredService<IPayables>();

    protected override void Replace(IServiceCollection services) => services
        .AddSingleton<IInventory, FakeInventory>()
        .AddSingleton<IOrganisations, FakeOrganisations>()
        .AddSingleton<IStaff, FakeStaff>()
        .AddSingleton<IOfferKind, Things>()
        .AddSingleton<IPayments, FakePayments>()
        .AddSingleton<ILedger, FakeLedger>();

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await using var owner = new NpgsqlConnection(ConnectionString);
        await owner.OpenAsync();
        await owner.ExecuteAsync("""
            create schema doubles;
            create table doubles.offers (
                offer_id uuid primary key, price_minor bigint, currency char(3), vat integer, stock integer, hidden boolean);
            create table doubles.things (
                hold_id uuid primary key, offer_id uuid, quantity integer, state text, expires_at timestamptz, starts_at timestamptz);
            create table doubles.units (unit_id uuid primary key, hold_id uuid, label text, used boolean, gone boolean);
            create table doubles.called_off (offer_id uuid primary key);
            create table doubles.pools (pool_id uuid primary key, capacity integer);
            create table doubles.claims (pool_id uuid, holder uuid, quantity integer, expires_at timestamptz);
            create table doubles.attempts (attempt_id uuid primary key, order_id uuid, minor bigint, currency char(3), state text);
            create table doubles.refunds (refund_id uuid primary key, order_id uuid, minor bigint, reason text);
            create table doubles.ledger (
                kind text, document_id uuid, order_id uuid, account text, minor bigint, primary key (kind, document_id, account));
            grant usage on schema doubles to public;
            grant all on all tables in schema doubles to public;
            """);
    }

    /// <summary>Somebody signed in whom no other test knows.</summary>
    public HttpClient Somebody(Guid? person = null) => As(Roles.Customer, person ?? Guid.CreateVersion7());

    public async Task<Guid> Thing(long price = 1_000, int stock = 100, int vat = 900, bool hidden = false, string currency = "EUR")
    {
        var offerId = Guid.CreateVersion7();
        await Db.Run("insert into doubles.offers values (@offerId, @price, @currency, @vat, @stock, @hidden)",
            new { offerId, price, currency, vat, stock, hidden }, Ct);
        return offerId;
    }

    public Task Reprice(Guid offerId, long price) =>
        Db.Run("update doubles.offers set price_minor = @price where offer_id = @offerId", new { offerId, price }, Ct);

    public static object Line(Guid offerId, int quantity = 1) => new { kind = "things", offer = new { offerId, quantity } };

    public static object Buyer(string? email = null) => new { name = "Koper", email = email ?? $"{Guid.CreateVersion7():n}@example.org" };

    internal static async Task<CartView> Cart(Task<HttpResponseMessage> answer, HttpStatusCode status = HttpStatusCode.OK) =>
        await (await answer).IsOk<CartView>(status, Ct);

    internal static Task<CartView> Added(HttpClient client, Guid offerId, int quantity = 1) =>
        Cart(client.Post("/api/v1/cart/lines", Line(offerId, quantity), Ct), HttpStatusCode.Created);

    /// <summary>A guest with a cart of their own, made by its first line.</summary>
    internal async Task<(HttpClient Client, CartView Cart)> Guest(Guid offerId, int quantity = 1)
    {
        var client = Client();
        var cart = await Added(client, offerId, quantity);
        client.DefaultRequestHeaders.Add("X-Cart", cart.Cart);
        return (client, cart);
    }

    public async Task<OrderView> Ordered(
        Guid offerId, int quantity = 1, HttpClient? client = null, string[]? vouchers = null, object? buyer = null) =>
        await (await (client ?? Client()).Post("/api/v1/orders", new
        {
            acceptedTerms = true,
            lines = new[] { Line(offerId, quantity) },
            buyer = buyer ?? Buyer(),
            vouchers,
        }, Ct)).IsOk<OrderView>(HttpStatusCode.Created, Ct);

    public async Task<OrderView> See(Guid orderId) =>
        await (await Staff.GetAsync($"/api/v1/orders/{orderId}", Ct)).IsOk<OrderView>(Ct);

    /// <summary>As Payments does when a provider says so: the lock first, then what happened.</summary>
    public Task Happened(OrderView order, PaymentEvent happened, long minor, Guid? refundId = null) => Db.Transact(async tx =>
    {
        Assert.True(await Payables.Lock(tx, order.Id, Ct));
        await Payables.Happened(
            tx, new PaymentHappening(happened, order.Id, Guid.CreateVersion7(), new Money(minor, order.Total.Currency), refundId), Ct);
    }, Ct);

    public async Task<OrderView> Paid(OrderView order)
    {
        await Happened(order, PaymentEvent.Captured, order.Due.Amount);
        return await See(order.Id);
    }

    public async Task<JsonElement[]> History(Guid orderId) =>
        [.. (await (await Staff.GetAsync($"/api/v1/orders/{orderId}/history", Ct)).IsOk<JsonElement>(Ct))
            .GetProperty("steps").EnumerateArray()];

    /// <summary>The steps that changed its status.</summary>
    public async Task<string[]> Statuses(Guid orderId) =>
        [.. (await History(orderId)).Where(step => step.GetProperty("fromStatus").GetString() != step.GetProperty("toStatus").GetString())
            .Select(step => $"{step.GetProperty("toStatus").GetString()} by {step.GetProperty("by").GetString()}")];

    public Task<long> Refunding(Guid orderId) =>
        Db.One<long>("select coalesce(sum(minor), 0)::bigint from doubles.refunds where order_id = @orderId", new { orderId }, Ct);

    public Task<string> StateOf(OrderView order) => Db.One<string>(
        "select string_agg(distinct state, ',') from doubles.things where hold_id = any (@holds)",
        new { holds = order.Lines.Where(line => line.HoldId is not null).Select(line => line.HoldId).Distinct().ToArray() }, Ct)!;

    public Task<long> Free(Guid offerId) => Db.One<long>("""
        select stock - coalesce((
            select sum(quantity) from doubles.things
            where offer_id = @offerId and (state = 'confirmed' or (state = 'held' and expires_at >= @now))), 0)
        from doubles.offers where offer_id = @offerId
        """, new { offerId, now = Clock.GetUtcNow() }, Ct);

    public Task<long> Told(string kind, Guid orderId) => SystemDb.Everywhere.One<long>(
        "select count(*) from kernel.outbox where kind = @kind and body::text like '%' || @orderId || '%'",
        new { kind, orderId = orderId.ToString() }, Ct);

    /// <summary>What a ledger account moved by an order.</summary>
    public Task<long> Account(Guid orderId, string account) => Db.One<long>(
        "select coalesce(sum(minor), 0)::bigint from doubles.ledger where order_id = @orderId and account = @account",
        new { orderId, account }, Ct);

    /// <summary>Every invariant of the module, over all that the tests of this class did so far.</summary>
    public async Task Verify()
    {
        var checks = new Checks();
        new OrdersModule().Verify(checks);
        foreach (var check in checks.All)
        {
            var violations = await SystemDb.Everywhere.Many<string>(check.Violations, null, Ct);
            Assert.True(violations.Length == 0, $"{check.Name}: {string.Join("; ", violations.Take(3))}");
        }
    }
}
