using System.Text.Json;
using Balie.Contracts.Inventory;
using Balie.Contracts.Orders;
using Balie.Orders.Carts;
using Balie.Orders.Saga;
using Balie.Orders.Vouchers;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Placing;

/// <summary>
/// Orders what is in the cart, or what the request names itself. The answer says where to pay; it is durable, and the same request again
/// gives the same order. What cannot be held is refused here, before anybody paid anything.
/// </summary>
internal static class CheckOut
{
    private const int MostCodeLength = 100;

    /// <param name="Lines">What to order without a cart; without them, the cart is ordered.</param>
    /// <param name="Buyer">Guests give it, signed-in people may.</param>
    /// <param name="Vouchers">Codes, besides those in the cart.</param>
    /// <param name="ExpectedTotal">What the buyer was shown: another total is refused.</param>
    public sealed record Request(
        bool AcceptedTerms, IReadOnlyList<Line>? Lines = null, BuyerDetails? Buyer = null, IReadOnlyList<string>? Vouchers = null,
        Money? ExpectedTotal = null);

    /// <param name="Kind">Such as tickets.</param>
    /// <param name="Offer">What of it, in the shape of its kind.</param>
    public sealed record Line(string Kind, JsonElement Offer);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/orders", Handle).Public().WithMetadata(new AnswersWith(201), new WantsIdempotencyKey(LooksItself: true));

    public static async Task<Outcome<OrderView>> Handle(
        Request request, CartKey key, Caller caller, CartReader carts, OfferKinds kinds, Placement placement, VoucherUses uses,
        IInventory inventory, IdempotentRequest once, Db db, SystemDb system, CancellationToken ct)
    {
        if (Problem(request, key, kinds) is { } problem) return problem;
        if (BuyerDetails.Of(request.Buyer, caller) is not { } buyer) return BuyerRequired;
        // What is only in the cart is found ordered, or ordered, in one transaction with the key; what is taken beside it is not.
        if ((request.Lines is not null || request.Vouchers is { Count: > 0 }) && await once.Find(db, ct) is { } earlier) return earlier;
        var vouchers = new List<Voucher>();
        foreach (var code in request.Vouchers ?? [])
        {
            if (await FindVoucher.ByCode(db, code, ct) is not { } voucher) return VoucherUnknown.At("vouchers");
            if (FindVoucher.Misfit(voucher, vouchers) is { } misfit) return misfit;
            vouchers.Add(voucher with { UseId = db.NewId() });
        }

        // Held here and now, each on its own; whatever does not become an order is let go again below, or lapses with this process.
        var holding = new Holding(kinds, caller, buyer, vouchers, inventory, db);
        if (await holding.Take(request.Lines ?? [], ct) is { } refused)
        {
            await holding.LetGo(system, ct);
            return refused;
        }
        var placed = await db.Transact<OrderView>(async tx =>
        {
            // Two tabs that order the same cart: the second waits for the lines here, and then finds none.
            var cart = request.Lines is null ? await carts.ReadLocked(tx, key, caller, ct) : null;
            IReadOnlyList<(string, Guid)> holds = cart is null ? holding.Holds : [.. cart.Lines.Select(line => (line.Kind, line.LineId))];
            if (holds.Count == 0) return CartEmpty;
            return await placement.Place(tx, new ToPlace(
                buyer, caller.Actor, Triggers.Of(caller), holds,
                [.. (cart?.Vouchers ?? []).Select(use => use.Voucher), .. vouchers], request.ExpectedTotal,
                WantsCodes: !caller.May(Permission.EventsRead), Seen: cart?.Held), ct) switch
            {
                { Value: { } order } when request.Lines is null => await Emptied(tx, order, holds, ct),
                var outcome => outcome,
            };
        }, ct);
        // Refused, or answered by a twin that holds its own.
        if (placed.Value is null) await holding.LetGo(system, ct);
        return placed;
    }

    private static Refusal? Problem(Request request, CartKey key, OfferKinds kinds)
    {
        if (key.Problem is not null) return key.Problem;
        if (request.Lines is { } lines)
        {
            if (lines.Count is 0 or > Cart.MostLines) return KernelRefusals.Invalid.At("lines", $"Order 1 to {Cart.MostLines} lines.");
            if (lines.Any(line => line is null || line.Offer.ValueKind != JsonValueKind.Object)) return KernelRefusals.Malformed;
            if (lines.Any(line => kinds.Find(line.Kind) is null)) return UnknownKind.At("lines");
        }
        if (request.Buyer?.Problem is { } unusable) return unusable;
        if (request.Vouchers is { Count: > VoucherUses.MostPerOrder }) return TooManyVouchers;
        if (request.Vouchers?.Any(code => code is null or { Length: > MostCodeLength }) is true) return VoucherUnknown.At("vouchers");
        return request.AcceptedTerms ? null : TermsNotAccepted;
    }

    // Exactly the lines that were ordered: one that another tab put in meanwhile stays in the cart.
    private static async Task<Outcome<OrderView>> Emptied(
        Tx tx, OrderView order, IReadOnlyList<(string Kind, Guid HoldId)> holds, CancellationToken ct)
    {
        await tx.Later(MarkOrdered, new { orderId = order.Id, lineIds = holds.Select(hold => hold.HoldId).ToArray() }, ct);
        return order;
    }

    private const string MarkOrdered = """
        update orders.cart_lines
        set order_id = @orderId
        where org_id = @orgId and line_id = any (@lineIds)
        """;
}
