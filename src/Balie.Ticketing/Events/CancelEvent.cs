using Balie.Contracts.Ticketing;

namespace Balie.Ticketing.Events;

/// <summary>Calls an event off for good. Its bookings hear of it by message; calendars show it as cancelled.</summary>
internal static class CancelEvent
{
    public sealed record Because(string Reason);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/events/{eventId:guid}/cancellation", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<EventView>> Handle(Guid eventId, Because body, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            if (EventMoves.Wrong(body.Reason) is { } wrong) return wrong;
            var moved = await EventMoves.Take(tx, caller, eventId, EventStates.Cancel, body.Reason, ct);
            if (moved.Refusal is { } refusal) return refusal;

            tx.Publish(new EventCancelled(eventId, body.Reason));
            return await EventView.Now(tx, eventId, ct);
        }, ct);
}
