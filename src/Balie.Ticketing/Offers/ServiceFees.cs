namespace Balie.Ticketing.Offers;

/// <summary>
/// What an order of tickets will add to their prices, by the organisation's policies. Shown from the first look on; charged by the order.
/// </summary>
internal static class ServiceFees
{
    /// <summary>On each ticket of this price; a free one has none.</summary>
    public static Money PerTicket(Money price, Policies figures) =>
        price with { Amount = price.Amount > 0 ? figures.FeePerTicketMinor : 0 };

    /// <summary>Once on an order of tickets at these prices; nothing where all of them are free.</summary>
    public static Money PerOrder(IEnumerable<Money> prices, string currency, Policies figures) =>
        new(prices.Any(price => price.Amount > 0) ? figures.FeePerOrderMinor : 0, currency);
}
