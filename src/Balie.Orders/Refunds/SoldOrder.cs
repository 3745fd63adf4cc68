using Balie.Contracts.Orders;
using Balie.Orders.Pricing;
using Balie.Orders.Saga;

namespace Balie.Orders.Refunds;

/// <summary>One line of an order, with what of it has gone back or is about to.</summary>
/// <param name="ReturnedQuantity">So many units of it went back.</param>
/// <param name="RefundedMinor">That much money did.</param>
/// <param name="KeptMinor">And that much of their worth the seller kept.</param>
/// <param name="ReturnedUnits">Which units, where that is known.</param>
internal sealed record SoldLine(
    Guid LineId, string Type, Guid? HoldId, int? HoldLine, Guid? OfferId, string Title, string Detail, string Name, int Quantity,
    long UnitMinor, long AmountMinor, int VatBasisPoints, IReadOnlyList<Guid>? Covers, int ReturnedQuantity, long RefundedMinor,
    long KeptMinor, IReadOnlyList<Guid> ReturnedUnits)
{
    public int LeftQuantity => Quantity - ReturnedQuantity;

    public bool IsItem => Type == LineTypes.Item;

    /// <summary>What cost something, and so carries a part of the service fees.</summary>
    public bool IsPriced => IsItem && UnitMinor > 0;
}

/// <summary>A hold of an order, as whoever sold it sees it now; unseen where nobody sells such things any more.</summary>
internal sealed record SoldHold(
    Guid HoldId, string Kind, Guid SubjectId, Guid PartId, DateTimeOffset? StartsAt, HeldOffer? Seen, RefundPolicy Policy)
{
    public bool IsCalledOff => Seen?.IsCalledOff ?? false;

    public DateTimeOffset? Starts => Seen is null ? StartsAt : Seen.StartsAt;

    /// <summary>The units of one of its lines that could still go back; empty where they have no identity yet.</summary>
    public IReadOnlyList<HeldUnit> UnitsOf(SoldLine line) =>
        Seen?.Items.FirstOrDefault(item => item.Line == line.HoldLine)?.Units ?? [];
}

/// <summary>What covered an order besides payments at a provider, and what is left of it.</summary>
internal sealed record SoldSettlement(Guid SettlementId, string Means, Guid? VoucherId, long LeftMinor);

/// <summary>A sold order with all that a refund needs to know of it.</summary>
/// <param name="AtProvidersMinor">Captured, and neither back nor on its way back.</param>
/// <param name="Settlements">What is left of them and not set aside, vouchers first.</param>
/// <param name="FlatMinor">What was kept as the fee per order before.</param>
internal sealed record SoldOrder(
    OrderRow Order, IReadOnlyList<SoldLine> Lines, IReadOnlyList<SoldHold> Holds, long AtProvidersMinor,
    IReadOnlyList<SoldSettlement> Settlements, long FlatMinor)
{
    private readonly Dictionary<Guid, long> _worth = Worths.Of(Lines);

    /// <summary>What of the order's total a line is worth, its share of the discounts taken off.</summary>
    public long WorthOf(SoldLine line) => _worth[line.LineId];

    /// <summary>What of that is left.</summary>
    public long LeftOf(SoldLine line) => WorthOf(line) - line.RefundedMinor - line.KeptMinor;

    /// <summary>Lines that have a worth of their own: discounts live in those they were given on.</summary>
    public IEnumerable<SoldLine> Worthy => Lines.Where(line => line.Type != LineTypes.Discount);

    public SoldHold HoldOf(SoldLine line) => Holds.First(hold => hold.HoldId == line.HoldId);
}
