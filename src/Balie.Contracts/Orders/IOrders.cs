namespace Balie.Contracts.Orders;

/// <summary>
/// What others ask of Orders. Answered in the same process, or over HTTP where Orders lives elsewhere (<c>Balie:Orders:Remote</c>), so
/// nothing here takes part in the asker's transaction, and every repetition gives the same answer.
/// </summary>
public interface IOrders
{
    /// <summary>
    /// Makes the order that a single hold is to be paid with, without a cart. Asked again for the same hold it gives the same order.
    /// </summary>
    Task<Outcome<OrderView>> PlaceForHold(Guid orgId, PlaceForHold request, CancellationToken ct);

    /// <summary>These orders, in no particular order; unknown ones are left out.</summary>
    Task<IReadOnlyList<OrderView>> See(Guid orgId, IReadOnlyList<Guid> orderIds, CancellationToken ct);
}

/// <param name="Kind">The offer kind that holds it.</param>
/// <param name="Actor">Who asks, for the order's history.</param>
public sealed record PlaceForHold(string Kind, Guid HoldId, Buyer Buyer, string Actor);

/// <summary>An order as buyer, staff and mails see it. Badges are worked out, never stored.</summary>
/// <param name="Reference">For people: ten characters, none of which looks like another.</param>
/// <param name="Status">draft, awaiting_payment, confirmed, completed, expired or cancelled.</param>
/// <param name="PaymentBadge">unpaid, pending, authorised, partially_paid, paid, partially_refunded, refunded, charged_back or
/// overpaid.</param>
/// <param name="PaymentUrl">Where to pay, while it can be.</param>
/// <param name="ExpiresAt">While awaiting payment: when what it holds comes free.</param>
/// <param name="Total">With VAT, fees and vouchers.</param>
/// <param name="Due">What is left to pay.</param>
public sealed record OrderView(
    Guid Id, string Reference, string Status, string PaymentBadge, Buyer Buyer, IReadOnlyList<OrderLineView> Lines,
    IReadOnlyList<VatLine> Vat, Money Total, Money Due, Money Paid, Money Refunded, string? PaymentUrl, string? InvoiceNumber,
    DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>One line: an item of a hold, a fee, or a discount (negative).</summary>
/// <param name="Type">item, fee or discount.</param>
/// <param name="Amount">Quantity × price, VAT included.</param>
public sealed record OrderLineView(
    Guid Id, string Type, string Kind, Guid? HoldId, string Title, string Detail, string Name, int Quantity, Money UnitPrice, Money Amount,
    int VatBasisPoints);

/// <summary>What of a total is VAT at one rate. Net + VAT = gross, to the cent.</summary>
public sealed record VatLine(int BasisPoints, Money Net, Money Vat, Money Gross);
