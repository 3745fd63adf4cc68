using Balie.Contracts.Orders;
using Balie.Orders.Saga;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Desk;

/// <summary>Asks for the mails of a confirmed order once more, to the address it was ordered with and no other.</summary>
internal static class ResendOrder
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/orders/{orderOrReference}/resend", Handle).Public().Idempotent();

    public static Task<Outcome<Done>> Handle(string orderOrReference, string? email, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<Done>(async tx =>
        {
            if (await OrderRow.Find(tx, orderOrReference, email, caller, Permission.OrdersWrite, forUpdate: true, ct) is not { } order)
                return OrderNotFound;
            if (!order.IsSold) return NotConfirmed;
            await OrderStep.Note(tx, order, Triggers.Of(caller), caller.Actor, "mails sent again", ct);
            tx.Publish(new OrderResendAsked(order.OrderId, order.Reference));
            return new Done("The mails are on their way once more.");
        }, ct);
}
