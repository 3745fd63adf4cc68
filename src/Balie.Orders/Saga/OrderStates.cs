using System.Collections.Frozen;

namespace Balie.Orders.Saga;

/// <summary>The values of <c>orders.orders.status</c>.</summary>
internal static class OrderStates
{
    /// <summary>Only where a history begins: an order that is not placed yet is a cart.</summary>
    public const string Draft = "draft";
    public const string AwaitingPayment = "awaiting_payment";
    public const string Confirmed = "confirmed";
    public const string Completed = "completed";
    public const string Expired = "expired";
    public const string Cancelled = "cancelled";
}

/// <summary>Who makes an order change, as <c>orders.order_history.triggered_by</c> has it.</summary>
internal static class Triggers
{
    public const string Shopper = "shopper";
    public const string Staff = "staff";

    /// <summary>Something happened to its money: a webhook, or what polling found.</summary>
    public const string Payment = "payment";
    public const string Clock = "clock";

    public static string Of(Caller caller) => caller.May(Permission.OrdersWrite) ? Staff : Shopper;
}

/// <summary>Which status may follow which, and at whose hands. What is not in this table does not happen.</summary>
internal static class OrderTransitions
{
    private static readonly FrozenDictionary<(string From, string To), FrozenSet<string>> Table =
        new Dictionary<(string From, string To), FrozenSet<string>>
        {
            [(OrderStates.Draft, OrderStates.AwaitingPayment)] = [Triggers.Shopper, Triggers.Staff],
            // Nothing to pay: free, or paid with gift vouchers.
            [(OrderStates.Draft, OrderStates.Confirmed)] = [Triggers.Shopper, Triggers.Staff],
            [(OrderStates.AwaitingPayment, OrderStates.Confirmed)] = [Triggers.Payment, Triggers.Staff],
            [(OrderStates.AwaitingPayment, OrderStates.Expired)] = [Triggers.Clock, Triggers.Payment],
            // By a payment: it came in time, and the places were gone all the same.
            [(OrderStates.AwaitingPayment, OrderStates.Cancelled)] = [Triggers.Shopper, Triggers.Staff, Triggers.Payment],
            // Paid late, and what it held could be had again.
            [(OrderStates.Expired, OrderStates.Confirmed)] = [Triggers.Payment, Triggers.Staff],
            [(OrderStates.Cancelled, OrderStates.Confirmed)] = [Triggers.Payment],
            [(OrderStates.Confirmed, OrderStates.Cancelled)] = [Triggers.Shopper, Triggers.Staff, Triggers.Clock],
            [(OrderStates.Confirmed, OrderStates.Completed)] = [Triggers.Clock, Triggers.Staff],
        }.ToFrozenDictionary();

    public static IEnumerable<(string From, string To, string By)> All =>
        from row in Table
        from trigger in row.Value
        select (row.Key.From, row.Key.To, trigger);

    public static bool May(string from, string to, string by) => Table.TryGetValue((from, to), out var who) && who.Contains(by);
}
