using Balie.Contracts.Ticketing;

namespace Balie.Ticketing.Events;

/// <summary>Stops the sale for now. What was booked stays, and holds under way may still be paid.</summary>
internal static class PauseSale
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/events/{eventId:guid}/pause", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<EventView>> Handle(Guid eventId, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            var moved = await EventMoves.Take(tx, caller, eventId, EventStates.Pause, "", ct);
            if (moved.Refusal is { } refusal) return refusal;

            tx.Publish(new EventSalePaused(eventId));
            return await EventView.Now(tx, eventId, ct);
        }, ct);
}
