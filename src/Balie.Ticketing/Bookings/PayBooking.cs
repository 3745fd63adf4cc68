using Balie.Contracts.Orders;
using Microsoft.AspNetCore.Mvc;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// The way from a held booking to its payment, without a cart: makes the order that it is paid with and says where. Asked again it gives
/// the same order.
/// </summary>
internal static class PayBooking
{
    /// <param name="Locale">The language of the payment page and of mails: nl or en.</param>
    public sealed record Request(string Locale = "nl");

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/bookings/{idOrReference}/payment", Handle).Public().Idempotent();

    public static async Task<Outcome<OrderView>> Handle(
        string idOrReference, Request request, string? email, Caller caller, Db db, [FromServices] IOrders? orders,
        CancellationToken ct)
    {
        if (orders is null) return PaysAtTheDesk;
        if (request.Locale is not ("nl" or "en")) return KernelRefusals.Invalid.At("locale", "Choose nl or en.");
        var booking = await BookingReader.Find(db, idOrReference, email, caller, Permission.BookingsWrite, forUpdate: false, ct);
        if (booking is null) return BookingNotFound;
        if (booking is { Status: BookingStates.Confirmed, IsOrdered: false }) return NothingToPay;
        if (!booking.IsOrdered && booking.ExpiresAt is null) return BookingClosed;

        var payer = new Buyer(booking.UserId, booking.HolderName, booking.HolderEmail, request.Locale);
        return await orders.PlaceForHold(caller.OrgId, new PlaceForHold("tickets", booking.BookingId, payer, caller.Actor), ct);
    }
}
