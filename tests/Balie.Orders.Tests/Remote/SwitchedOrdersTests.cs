using System.Net;
using System.Text.Json;
using Balie.Contracts.Orders;
using Balie.Orders.Remote;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Orders.Tests.Remote;

/// <summary>
/// What others ask of Orders: the same answers in one process and over the wire, and a switch between the two at any moment.
/// </summary>
public sealed class SwitchedOrdersTests(RemoteApp app) : IClassFixture<RemoteApp>
{
    private static readonly Guid OrgId = TestCallers.Default;

    private static CancellationToken Ct => OrdersApp.Ct;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hold_becomes_one_order_however_often_it_is_asked(bool remote)
    {
        var orders = await Orders(remote);
        var (holdId, served) = (await Held(), app.Served);

        var first = await orders.PlaceForHold(OrgId, Wish(holdId), Ct);
        var again = await orders.PlaceForHold(OrgId, Wish(holdId), Ct);

        Assert.NotNull(first.Value);
        Assert.Equal((first.Value.Id, "awaiting_payment", 1_000), (again.Value?.Id, first.Value.Status, first.Value.Due.Amount));
        Assert.Equal(remote ? 2 : 0, app.Served - served);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Askers_at_once_get_the_same_order(bool remote)
    {
        var (orders, holdId) = (await Orders(remote), await Held());

        var all = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => orders.PlaceForHold(OrgId, Wish(holdId), Ct)));

        Assert.Single(all.Select(one => one.Value?.Id).Distinct());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_refused_is_refused_in_the_same_words(bool remote)
    {
        var orders = await Orders(remote);
        var holdId = await Held();
        app.Clock.Advance(TimeSpan.FromHours(1));

        var late = await orders.PlaceForHold(OrgId, Wish(holdId), Ct);

        Assert.NotNull(late.Refusal);
        Assert.Equal(OrdersRefusals.HoldEnded with { Errors = late.Refusal.Errors, Facts = late.Refusal.Facts }, late.Refusal);
        Assert.Empty(late.Refusal.Errors);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Orders_are_seen_by_their_organisation_and_another_sees_nothing(bool remote)
    {
        var orders = await Orders(remote);
        var order = await app.Paid(await app.Ordered(await app.Thing()));

        var others = await app.Paid(await app.Ordered(await app.Thing()));

        var seen = await orders.See(OrgId, [order.Id, Guid.NewGuid(), others.Id], Ct);

        Assert.Equal(
            ((OrderView[])[order, others]).Select(one => JsonSerializer.Serialize(one, Json.Options)).Order(),
            seen.Select(one => JsonSerializer.Serialize(one, Json.Options)).Order());
        Assert.Empty(await orders.See(Guid.NewGuid(), [order.Id], Ct));
        Assert.Empty(await orders.See(OrgId, [Guid.NewGuid()], Ct));
        Assert.Empty(await orders.See(OrgId, [], Ct));
    }

    [Fact]
    public async Task Rolled_back_while_calls_run_none_is_lost_and_the_next_one_is_local()
    {
        var orders = await Orders(remote: true);
        var order = await app.Ordered(await app.Thing());
        using var enough = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            for (; !enough.IsCancellationRequested; count++) Assert.Single(await orders.See(OrgId, [order.Id], Ct));
            return count;
        }, Ct)).ToArray();

        await Task.Delay(200, Ct);
        await app.Switch(remote: false);
        await Task.Delay(100, Ct);
        var served = app.Served;
        await Task.Delay(200, Ct);
        await enough.CancelAsync();

        Assert.True((await Task.WhenAll(calls)).Sum() > 10);
        Assert.Equal(served, app.Served);
        Assert.Single(await orders.See(OrgId, [order.Id], Ct));
        Assert.Equal(served, app.Served);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.NotFound)]
    [InlineData("a wrong key of at least thirty-two characters", HttpStatusCode.NotFound)]
    [InlineData(RemoteApp.OldKey, HttpStatusCode.OK)]
    [InlineData(RemoteApp.NewKey, HttpStatusCode.OK)]
    public async Task Nobody_gets_in_without_a_key(string? key, HttpStatusCode status)
    {
        var order = await app.Ordered(await app.Thing());
        var request = new HttpRequestMessage(HttpMethod.Get, $"{ServeOrders.Base}/{OrgId}?{ServeOrders.IdParameter}={order.Id}");
        if (key is not null) request.Headers.Add(ServeOrders.KeyHeader, key);

        var answer = await app.Http.SendAsync(request, Ct);

        Assert.Equal(status, answer.StatusCode);
        if (status == HttpStatusCode.NotFound) await answer.IsRefused(status, "kernel.not_found", Ct);
    }

    private async Task<IOrders> Orders(bool remote)
    {
        var asker = await app.Asker();
        await app.Switch(remote);
        return asker;
    }

    private async Task<Guid> Held()
    {
        var holdId = Guid.CreateVersion7();
        var held = await app.Services.GetRequiredService<IOfferKind>().Hold(new HoldRequest(
            holdId, Caller.Guest(OrgId), JsonSerializer.SerializeToElement(new { offerId = await app.Thing(), quantity = 1 }, Json.Options),
            null, null, [], _ => []), Ct);
        Assert.Null(held.Refusal);
        return holdId;
    }

    private static PlaceForHold Wish(Guid holdId) =>
        new("things", holdId, new Buyer(null, "Koper", $"{holdId:n}@example.org", "nl"), "guest");
}
