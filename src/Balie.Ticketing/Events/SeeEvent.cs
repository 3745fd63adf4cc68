using Balie.Contracts.Orders;
using Balie.Ticketing.Offers;
using Microsoft.AspNetCore.Http;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Events;

/// <summary>One event, with the fees that come on top of its prices. A draft is there only for those who may read drafts.</summary>
internal static class SeeEvent
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/events/{eventId:guid}", Handle).Public().Takes(IUnlockedOffers.Described);

    public static async Task<Outcome<EventView>> Handle(
        Guid eventId, Caller caller, PolicyStore policies, Audiences audiences, Db db, HttpRequest request, CancellationToken ct)
    {
        if (await EventView.Find(db, eventId, caller.May(Permission.EventsRead), ct) is not { } found) return EventNotFound;
        var audience = await audiences.Of(request, caller, found.TicketTypes.Any(type => type.Hidden), ct);
        return found.For(audience).With(await policies.Of(caller.OrgId, ct));
    }
}
