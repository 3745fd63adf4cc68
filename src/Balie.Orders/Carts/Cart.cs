using System.Text.Json.Serialization;
using Balie.Contracts.Orders;
using Balie.Orders.Pricing;
using Balie.Orders.Vouchers;

namespace Balie.Orders.Carts;

/// <summary>A line of a cart with what it holds; null when its kind knows nothing of it any more.</summary>
internal sealed record CartLine(Guid LineId, string Kind, Money WhenAdded, bool IsExtended, HeldOffer? Held)
{
    public bool IsHeld => Held is { State: HoldStates.Held, IsCalledOff: false };

    public Money Amount => Held?.Items.Aggregate(Money.Zero(WhenAdded.Currency), (sum, item) => sum + (item.UnitPrice * item.Quantity))
        ?? WhenAdded;
}

/// <summary>A voucher that was put in, under the id of this use of it.</summary>
internal sealed record CartVoucher(Guid UseId, Voucher Voucher);

/// <summary>What somebody is about to order, priced at the moment of reading.</summary>
/// <param name="CartId">Where new lines go: the person's own cart, or the guest's.</param>
/// <param name="Token">For a guest: what opens it.</param>
internal sealed record Cart(
    Guid CartId, Guid? UserId, string? Token, IReadOnlyList<CartLine> Lines, IReadOnlyList<CartVoucher> Vouchers, Policies Figures,
    string Locale)
{
    public const int MostLines = 20;

    /// <summary>When everything it holds comes free; null while it holds nothing.</summary>
    public DateTimeOffset? Deadline => Lines.Where(line => line.IsHeld).Min(line => line.Held?.ExpiresAt);

    /// <summary>What whoever sells it says of it, by line.</summary>
    public Dictionary<Guid, HeldOffer> Held => Lines.Select(line => line.Held).OfType<HeldOffer>().ToDictionary(held => held.HoldId);

    public bool MayExtend => Lines.Any(line => line.IsHeld) && !Lines.Any(line => line is { IsHeld: true, IsExtended: true });

    public string? Currency => Lines.Count == 0 ? null : Lines[0].WhenAdded.Currency;

    /// <summary>What its vouchers open that is hidden from others.</summary>
    public IReadOnlyList<Guid> UnlockedOffers => Carts.UnlockedOffers.Of(Vouchers);

    public Cart With(HeldOffer held) => this with
    {
        Lines = [.. Lines, new CartLine(held.HoldId, held.Kind, AmountOf(held), false, held)],
    };

    public static Money AmountOf(HeldOffer held) => held.Items.Select(item => item.UnitPrice * item.Quantity)
        .Aggregate((sum, amount) => sum + amount);

    public CartView View()
    {
        HeldOffer[] holds = [.. Lines.Where(line => line.IsHeld).Select(line => line.Held).OfType<HeldOffer>()];
        var priced = holds.Length == 0 ? null : Prices.Of(holds, [.. Vouchers.Select(use => use.Voucher)], Figures, Locale);
        return new CartView(
            Token, [.. Lines.Select(View)],
            [.. (priced?.Lines ?? []).Where(line => line.Type != LineTypes.Item)
                .Select(line => new CartCharge(line.Type, line.Title, line.Name, line.Quantity, line.Amount))],
            [.. Vouchers.Select(use => new CartCode(use.Voucher.Code, use.Voucher.Kind,
                priced?.Gifts.FirstOrDefault(gift => gift.VoucherId == use.Voucher.VoucherId)?.Amount))],
            priced?.Vat ?? [], priced?.Total, priced?.Due, Deadline, MayExtend);
    }

    private static CartLineView View(CartLine line) => new(
        line.LineId, line.Kind, line.IsHeld ? HoldStates.Held : line.Held?.State ?? HoldStates.Gone, line.Held?.Title ?? "",
        line.Held?.Detail ?? "",
        [.. (line.Held?.Items ?? []).Select(item =>
            new CartItem(item.OfferId, item.Name, item.Quantity, item.UnitPrice, item.UnitPrice * item.Quantity, item.Seats))],
        line.Amount, line.Amount == line.WhenAdded ? null : line.WhenAdded);
}

/// <summary>A cart as its owner sees it.</summary>
/// <param name="Cart">What a guest sends as <c>X-Cart</c>; null for somebody signed in.</param>
/// <param name="Charges">Service fees, and discounts (negative).</param>
/// <param name="Due">What is left to pay after gift vouchers.</param>
/// <param name="ExpiresAt">When all that is held comes free.</param>
/// <param name="MayExtend">Whether <c>POST /cart/extend</c> still does something: once.</param>
internal sealed record CartView(
    string? Cart, IReadOnlyList<CartLineView> Lines, IReadOnlyList<CartCharge> Charges, IReadOnlyList<CartCode> Vouchers,
    IReadOnlyList<VatLine> Vat, Money? Total, Money? Due, DateTimeOffset? ExpiresAt, bool MayExtend);

/// <param name="State">held, or lapsed or gone: then it is not part of the total, and not ordered.</param>
/// <param name="Was">What it cost when it was put in, where that was something else.</param>
internal sealed record CartLineView(
    Guid Id, string Kind, string State, string Title, string Detail, IReadOnlyList<CartItem> Items, Money Amount, Money? Was);

/// <param name="Seats">Where it is seated.</param>
internal sealed record CartItem(
    Guid OfferId, string Name, int Quantity, Money UnitPrice, Money Amount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<HeldSeat>? Seats = null);

/// <param name="Type">fee or discount.</param>
internal sealed record CartCharge(string Type, string Title, string Name, int Quantity, Money Amount);

/// <param name="Pays">What a gift voucher pays of this.</param>
internal sealed record CartCode(string Code, string Kind, Money? Pays);
