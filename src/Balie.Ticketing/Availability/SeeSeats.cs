using Balie.Contracts.Inventory;
using Balie.Contracts.Orders;
using Balie.Ticketing.Offers;
using Microsoft.AspNetCore.Http;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Availability;

/// <summary>The seats of one date and which of them are free now: what a seat map draws. A picture, not a promise.</summary>
internal static class SeeSeats
{
    public sealed record Seat(
        int Number, string Label, string Section, string Row, int Position, string Kind, bool Free, IReadOnlyList<Guid> TicketTypes);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/events/{eventId:guid}/slots/{slotId:guid}/seats", Handle).Public().Takes(IUnlockedOffers.Described);

    public static async Task<Outcome<Seat[]>> Handle(
        Guid eventId, Guid slotId, Caller caller, EventOffers offers, Audiences audiences, IInventory inventory, HttpRequest request,
        CancellationToken ct)
    {
        if (await offers.Find(caller.OrgId, eventId, ct) is not { } offer) return EventNotFound;
        if (offer.Slot(slotId) is not { Cancelled: false } || !offer.IsSeated) return SlotNotFound;

        var audience = await audiences.Of(request, caller, offer.Hides, ct);
        TypeOffer[] types = [.. offer.Types.Where(audience.Sees)];
        var free = (await inventory.FreeUnits(caller.OrgId, slotId, ct)).ToHashSet();
        return offer.Seats.Values.OrderBy(seat => seat.Seat).Select(seat => new Seat(
            seat.Seat, seat.Label, seat.Section, seat.Row, seat.Position, seat.Kind, free.Contains(seat.Seat),
            [.. types.Where(type => type.MaySit(seat)).Select(type => type.TicketTypeId)])).ToArray();
    }
}
