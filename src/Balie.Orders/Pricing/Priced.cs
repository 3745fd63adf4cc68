using Balie.Contracts.Orders;

namespace Balie.Orders.Pricing;

/// <summary>The values of <c>orders.order_lines.type</c>.</summary>
internal static class LineTypes
{
    public const string Item = "item";
    public const string Fee = "fee";
    public const string Discount = "discount";
}

/// <summary>One line of something priced: an item of a hold, a fee, or a discount (negative).</summary>
internal sealed record PricedLine(
    string Type, string Kind, Guid? HoldId, int? HoldLine, Guid? OfferId, Guid? VoucherId, string Title, string Detail, string Name,
    int Quantity, Money UnitPrice, int VatBasisPoints)
{
    public Money Amount => UnitPrice * Quantity;
}

/// <summary>So much of an order is paid with a gift voucher.</summary>
internal sealed record GiftShare(Guid VoucherId, Money Amount);

/// <summary>What holds cost together.</summary>
/// <param name="Total">With VAT, fees and discounts.</param>
/// <param name="Due">What is left to pay after gift vouchers.</param>
internal sealed record Priced(
    IReadOnlyList<PricedLine> Lines, IReadOnlyList<VatLine> Vat, IReadOnlyList<GiftShare> Gifts, Money Total, Money Due);
