using Balie.Contracts.Payments;
using Balie.Orders.Saga;

namespace Balie.Orders.Desk;

/// <summary>What an order looks like by its amounts. Worked out whenever somebody looks, stored nowhere.</summary>
internal static class Badges
{
    public static string Payment(OrderRow order, PaymentTotals? money)
    {
        var kept = order.PaidMinor - order.RefundedMinor;
        if (order.ChargedBackMinor > 0) return "charged_back";
        if (order.RefundedMinor > 0 && kept <= 0) return "refunded";
        if (kept > order.TotalMinor) return "overpaid";
        if (kept == order.TotalMinor) return "paid";
        if (order.RefundedMinor > 0) return "partially_refunded";
        if (order.AuthorisedMinor > 0) return "authorised";
        if (order.PaidMinor > 0) return "partially_paid";
        return money is { IsPending: true } ? "pending" : "unpaid";
    }
}
