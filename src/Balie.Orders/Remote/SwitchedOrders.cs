using Balie.Contracts.Orders;
using Balie.Orders.Placing;

namespace Balie.Orders.Remote;

/// <summary>
/// Decides for every call where Orders is: in this process, or in another while the organisation's policy <c>ordersRemote</c> says so and
/// there is an address. Rolling it back is one policy, heard by all processes: the next call is local.
/// </summary>
internal sealed class SwitchedOrders(OrderBook here, HttpOrders there, PolicyStore policies) : IOrders
{
    public async Task<Outcome<OrderView>> PlaceForHold(Guid orgId, PlaceForHold request, CancellationToken ct) =>
        await (await Where(orgId, ct)).PlaceForHold(orgId, request, ct);

    public async Task<IReadOnlyList<OrderView>> See(Guid orgId, IReadOnlyList<Guid> orderIds, CancellationToken ct) =>
        await (await Where(orgId, ct)).See(orgId, orderIds, ct);

    private async ValueTask<IOrders> Where(Guid orgId, CancellationToken ct) =>
        there.IsSomewhere && (await policies.Of(orgId, ct)).OrdersRemote ? there : here;
}
