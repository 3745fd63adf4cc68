namespace Balie.Orders.Pricing;

/// <summary>What stands on the lines that we add ourselves, in the buyer's language.</summary>
internal static class Words
{
    public static string Fees(string locale) => locale == "nl" ? "Servicekosten" : "Service fees";

    public const string FeePerTicket = "per ticket";

    public static string FeePerOrder(string locale) => locale == "nl" ? "per bestelling" : "per order";

    public static string Discount(string locale) => locale == "nl" ? "Korting" : "Discount";
}
