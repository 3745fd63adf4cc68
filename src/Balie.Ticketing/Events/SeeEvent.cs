using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Events;

/// <summary>One event, with the fees that come on top of its prices. A draft is there only for those who may read drafts.</summary>
internal static class SeeEvent
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/events/{eventId:guid}", Handle).Public();

    public static async Task<Outcome<EventView>> Handle(Guid eventId, Caller caller, PolicyStore policies, Db db, CancellationToken ct) =>
        await EventView.Find(db, eventId, caller.May(Permission.EventsRead), ct) is { } found
            ? found.With(await policies.Of(caller.OrgId, ct))
            : EventNotFound;
}
