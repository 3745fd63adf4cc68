using Balie.Contracts.Inventory;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Bookings;

/// <summary>
/// Shows one booking, by id or reference. Guests add the e-mail address they booked with; an address that does not match finds nothing, so
/// a reference alone tells nobody anything.
/// </summary>
internal static class SeeBooking
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/bookings/{idOrReference}", Handle).Public();

    public static async Task<Outcome<Booking>> Handle(
        string idOrReference, string? email, Caller caller, IInventory inventory, Db db, CancellationToken ct) =>
        await BookingReader.Find(db, idOrReference, email, caller, Permission.BookingsRead, forUpdate: false, ct) is { } row
            ? await BookingReader.Whole(db, row, inventory.Now, ct)
            : BookingNotFound;
}
