using Balie.Contracts.Orders;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Carts;

/// <summary>
/// Changes how many of something are in the cart, or which seats. What is there stays held until all that is new is; the cart keeps its
/// deadline. Quantities and seats are absolute, so the same request twice changes nothing, and of two tabs the later one counts.
/// </summary>
internal static class ChangeLine
{
    private const int LargestQuantity = 1_000;

    /// <param name="Quantity">Where the line has one item.</param>
    /// <param name="Seats">The same, where it is seated: exactly these from now on.</param>
    /// <param name="Items">Those to change; others stay as they are.</param>
    public sealed record Request(int? Quantity = null, IReadOnlyList<int>? Seats = null, IReadOnlyList<Item>? Items = null);

    /// <param name="OfferId">Of an item in the line: for tickets the ticket type.</param>
    /// <param name="Quantity">0 takes it out; the line itself goes with <c>DELETE</c>.</param>
    /// <param name="Seats">Exactly these, as many; without them, those that are there stay and the best that are free come.</param>
    public sealed record Item(Guid OfferId, int Quantity, IReadOnlyList<int>? Seats = null);

    public static void Map(IEndpointRouteBuilder api) => api.MapPatch("/cart/lines/{lineId:guid}", Handle).Public();

    public static async Task<Outcome<CartView>> Handle(
        Guid lineId, Request request, CartKey key, Caller caller, CartReader carts, OfferKinds kinds, Db db, CancellationToken ct)
    {
        if (key.Problem is not null) return key.Problem;
        var cart = await carts.Read(db, key, caller, ct);
        if (cart.Lines.FirstOrDefault(line => line.LineId == lineId) is not { } line) return LineNotFound;
        if (line is not { IsHeld: true, Held: { } held }) return HoldEnded;
        if (Read(request, held) is not { } wanted) return KernelRefusals.Invalid.At("items", "Name items of this line, each once.");
        if (wanted.Values.Any(item => item.Quantity is < 0 or > LargestQuantity))
            return KernelRefusals.Invalid.At("quantity", $"Choose 0 to {LargestQuantity}.");
        if (wanted.Values.Any(item => item.Seats is { } seats && seats.Count != item.Quantity))
            return KernelRefusals.Invalid.At("seats", "Name as many seats as the quantity says.");
        if (held.Items.All(item => wanted.TryGetValue(item.OfferId, out var left) && left.Quantity == 0))
            return KernelRefusals.Invalid.At("quantity", "Nothing would be left. Delete the line instead.");

        var (whose, isTheirs) = (CartReader.Whose(key, caller), true);
        var changed = await kinds.Get(line.Kind).Change(new ChangeRequest(
            lineId, caller, wanted, cart.UnlockedOffers,
            async tx => isTheirs = await tx.One<bool>(LockLine, new { lineId, whose.UserId, whose.GuestCartId }, ct),
            (tx, now) => tx.Run(UpdateLine, new { lineId, minor = Cart.AmountOf(now).Amount }, ct)), ct);
        if (!isTheirs) return LineNotFound;
        return changed.Value is null ? changed.Refusal ?? HoldEnded : (await carts.Read(db, key, caller, ct)).View();
    }

    private static Dictionary<Guid, WantedItem>? Read(Request request, HeldOffer held)
    {
        if (request.Items is null)
            return request.Quantity is { } quantity && held.Items is [var only]
                ? new() { [only.OfferId] = new WantedItem(quantity, request.Seats) }
                : null;
        if (request.Quantity is not null || request.Seats is not null) return null;
        if (request.Items.Count == 0 || request.Items.Any(item => item is null)) return null;
        var wanted = new Dictionary<Guid, WantedItem>();
        return request.Items.All(item => held.Items.Any(other => other.OfferId == item.OfferId)
            && wanted.TryAdd(item.OfferId, new WantedItem(item.Quantity, item.Seats))) ? wanted : null;
    }

    private const string LockLine = $"""
        select true
        from orders.cart_lines
        where org_id = @orgId and line_id = @lineId and order_id is null and cart_id in ({CartReader.Theirs})
        for update
        """;

    private const string UpdateLine = """
        update orders.cart_lines
        set amount_minor = @minor
        where org_id = @orgId and line_id = @lineId
        """;
}
