using Balie.Contracts.Orders;
using Balie.Orders.Placing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Balie.Orders.Remote;

/// <summary>
/// The module's face to another process, behind the shared key. No part of the public API: without a key, or with another, there is
/// nothing here. A repetition gives the same answer, because a hold belongs to one order.
/// </summary>
internal static class ServeOrders
{
    public const string KeyHeader = "X-Balie-Key";
    public const string Base = "/internal/v1/orders";

    /// <summary>Once for each order that is asked about.</summary>
    public const string IdParameter = "id";

    public static void Map(IEndpointRouteBuilder root)
    {
        root.MapPost($"{Base}/{{orgId:guid}}", PlaceForHold);
        root.MapGet($"{Base}/{{orgId:guid}}", See);
    }

    private static async Task<IResult> PlaceForHold(
        Guid orgId, PlaceForHold request, HttpContext http, OrderBook orders, IOptions<RemoteOptions> options, CancellationToken ct) =>
        Knows(http, options.Value) ? await orders.PlaceForHold(orgId, request, ct) : Nothing;

    private static async Task<IResult> See(
        Guid orgId, [FromQuery(Name = IdParameter)] Guid[] orderIds, HttpContext http, OrderBook orders, IOptions<RemoteOptions> options,
        CancellationToken ct) =>
        Knows(http, options.Value) ? (Outcome<OrderView[]>)(await orders.See(orgId, orderIds, ct)).ToArray() : Nothing;

    private static Outcome<OrderView> Nothing => KernelRefusals.RouteNotFound;

    private static bool Knows(HttpContext http, RemoteOptions options) =>
        http.Request.Headers[KeyHeader] is [{ Length: > 0 and < 1_000 } shown] && options.Accepts(shown);
}
